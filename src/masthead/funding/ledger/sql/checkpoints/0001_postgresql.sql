-- Checkpoints, what outsiders signed over them, and the keys: only added. A later checkpoint never covers fewer rows. docs/proofs.md

CREATE FUNCTION ledger_checkpoint_enters() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF EXISTS (SELECT 1 FROM ledger_checkpoint WHERE day >= NEW.day OR size > NEW.size) THEN
    RAISE EXCEPTION 'ledger: a later checkpoint is of a later day and of no fewer rows' USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN NEW;
END
$$;

CREATE TRIGGER ledger_checkpoint_enters BEFORE INSERT ON ledger_checkpoint FOR EACH ROW EXECUTE FUNCTION ledger_checkpoint_enters();

CREATE TRIGGER ledger_checkpoint_update BEFORE UPDATE OR DELETE ON ledger_checkpoint FOR EACH ROW EXECUTE FUNCTION ledger_refuse();

CREATE TRIGGER ledger_checkpoint_truncate BEFORE TRUNCATE ON ledger_checkpoint FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse();

CREATE TRIGGER ledger_cosignature_update BEFORE UPDATE OR DELETE ON ledger_cosignature FOR EACH ROW EXECUTE FUNCTION ledger_refuse();

CREATE TRIGGER ledger_cosignature_truncate BEFORE TRUNCATE ON ledger_cosignature FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse();

CREATE TRIGGER ledger_bookskey_update BEFORE UPDATE OR DELETE ON ledger_bookskey FOR EACH ROW EXECUTE FUNCTION ledger_refuse();

CREATE TRIGGER ledger_bookskey_truncate BEFORE TRUNCATE ON ledger_bookskey FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse();
