-- Checkpoints, what outsiders signed over them, and the keys: only added. A later checkpoint never covers fewer rows. docs/proofs.md

CREATE TRIGGER ledger_checkpoint_enters BEFORE INSERT ON ledger_checkpoint BEGIN
  SELECT RAISE(ABORT, 'ledger: this checkpoint stands already')
    WHERE EXISTS (SELECT 1 FROM ledger_checkpoint WHERE day = NEW.day OR id = NEW.id);
  SELECT RAISE(ABORT, 'ledger: a later checkpoint is of a later day and of no fewer rows')
    WHERE EXISTS (SELECT 1 FROM ledger_checkpoint WHERE day > NEW.day OR size > NEW.size);
END;

CREATE TRIGGER ledger_checkpoint_update BEFORE UPDATE ON ledger_checkpoint BEGIN
  SELECT RAISE(ABORT, 'ledger: a checkpoint is never changed');
END;

CREATE TRIGGER ledger_checkpoint_delete BEFORE DELETE ON ledger_checkpoint BEGIN
  SELECT RAISE(ABORT, 'ledger: a checkpoint is never removed');
END;

CREATE TRIGGER ledger_cosignature_enters BEFORE INSERT ON ledger_cosignature BEGIN
  SELECT RAISE(ABORT, 'ledger: this signature stands already')
    WHERE EXISTS (SELECT 1 FROM ledger_cosignature WHERE id = NEW.id OR (checkpoint_id = NEW.checkpoint_id AND verifier = NEW.verifier));
END;

CREATE TRIGGER ledger_cosignature_update BEFORE UPDATE ON ledger_cosignature BEGIN
  SELECT RAISE(ABORT, 'ledger: a signature is never changed');
END;

CREATE TRIGGER ledger_cosignature_delete BEFORE DELETE ON ledger_cosignature BEGIN
  SELECT RAISE(ABORT, 'ledger: a signature is never removed');
END;

CREATE TRIGGER ledger_bookskey_enters BEFORE INSERT ON ledger_bookskey BEGIN
  SELECT RAISE(ABORT, 'ledger: this key is listed already')
    WHERE EXISTS (SELECT 1 FROM ledger_bookskey WHERE id = NEW.id OR verifier = NEW.verifier);
END;

CREATE TRIGGER ledger_bookskey_update BEFORE UPDATE ON ledger_bookskey BEGIN
  SELECT RAISE(ABORT, 'ledger: a key that was listed is never changed');
END;

CREATE TRIGGER ledger_bookskey_delete BEFORE DELETE ON ledger_bookskey BEGIN
  SELECT RAISE(ABORT, 'ledger: a key that was listed is never removed');
END;
