-- The books on SQLite (3.37 or newer: STRICT): a refund that came back. What each kind is for: docs/ledger.md.
-- Rows stay as they are. The refusals are all told anew: those of this file are the ones that hold.

DROP TRIGGER ledger_account_enters;

DROP TRIGGER ledger_account_entered;

DROP TRIGGER ledger_account_update;

DROP TRIGGER ledger_account_delete;

DROP TRIGGER ledger_transfer_enters;

DROP TRIGGER ledger_transfer_entered;

DROP TRIGGER ledger_transfer_update;

DROP TRIGGER ledger_transfer_delete;

DROP TRIGGER ledger_head_enters;

DROP TRIGGER ledger_head_update;

DROP TRIGGER ledger_head_delete;

DROP TRIGGER ledger_total_enters;

DROP TRIGGER ledger_total_update;

DROP TRIGGER ledger_total_delete;

DROP TRIGGER ledger_monthtotal_enters;

DROP TRIGGER ledger_monthtotal_update;

DROP TRIGGER ledger_monthtotal_delete;

-- A CHECK is widened where the table's own words stand: nothing on disk changes but these words
-- (https://sqlite.org/lang_altertable.html#otheralter, the procedure for changes that do not affect what is stored).
PRAGMA writable_schema = ON;

UPDATE sqlite_schema SET sql = replace(sql, '''refund'', ''dispute'', ''failure'', ''won'', ''reversal''', '''refund'', ''dispute'', ''failure'', ''won'', ''bounced'', ''reversal''') WHERE type = 'table' AND name = 'ledger_transfer';

PRAGMA writable_schema = RESET;

-- Accounts: opened once, never changed.

CREATE TRIGGER ledger_account_enters BEFORE INSERT ON ledger_account BEGIN
  SELECT RAISE(ABORT, 'ledger: this account is open already') WHERE EXISTS (SELECT 1 FROM ledger_account WHERE code = NEW.code);
END;

CREATE TRIGGER ledger_account_entered AFTER INSERT ON ledger_account BEGIN
  INSERT INTO ledger_total (account, balance_minor, version, last_seq, moved_at) VALUES (NEW.code, 0, 0, 0, NULL);
END;

CREATE TRIGGER ledger_account_update BEFORE UPDATE ON ledger_account BEGIN
  SELECT RAISE(ABORT, 'ledger: an account is never changed');
END;

CREATE TRIGGER ledger_account_delete BEFORE DELETE ON ledger_account BEGIN
  SELECT RAISE(ABORT, 'ledger: an account is never removed');
END;

-- Transfers: only added, each at the head of the chain.

CREATE TRIGGER ledger_transfer_enters BEFORE INSERT ON ledger_transfer BEGIN
  SELECT RAISE(ABORT, 'ledger: a transfer with this id is in the books already')
    WHERE EXISTS (SELECT 1 FROM ledger_transfer WHERE id = NEW.id);
  SELECT RAISE(ABORT, 'ledger: its number is not the next after the head')
    WHERE NEW.seq IS NOT (SELECT seq + 1 FROM ledger_head);
  SELECT RAISE(ABORT, 'ledger: it does not carry the hash of the row before it')
    WHERE NEW.prev_hash IS NOT (SELECT hash FROM ledger_head);
  SELECT RAISE(ABORT, 'ledger: the amount must be a whole number above zero and within 10^15')
    WHERE typeof(NEW.amount_minor) <> 'integer' OR NEW.amount_minor NOT BETWEEN 1 AND 1000000000000000;
  SELECT RAISE(ABORT, 'ledger: it debits and credits the same account')
    WHERE NEW.debit = NEW.credit;
  SELECT RAISE(ABORT, 'ledger: an account it names is not open')
    WHERE (SELECT count(*) FROM ledger_account WHERE code IN (NEW.debit, NEW.credit)) < 2;
  SELECT RAISE(ABORT, 'ledger: its currency is not that of both accounts')
    WHERE EXISTS (SELECT 1 FROM ledger_account WHERE code IN (NEW.debit, NEW.credit) AND currency IS NOT NEW.currency);
  SELECT RAISE(ABORT, 'ledger: this kind of transfer and an original go together, or neither')
    WHERE (NEW.kind IN ('refund', 'dispute', 'failure', 'won', 'bounced', 'reversal')) <> (NEW.original IS NOT NULL);
  SELECT RAISE(ABORT, 'ledger: a gift credits a gifts account, and only a gift or what takes one back touches it')
    WHERE NEW.original IS NULL
      AND ((SELECT kind FROM ledger_account WHERE code = NEW.debit) = 'gifts'
           OR ((SELECT kind FROM ledger_account WHERE code = NEW.credit) = 'gifts') <> (NEW.kind = 'gift'));
  SELECT RAISE(ABORT, 'ledger: an expense debits a spending account, and only an expense or what takes one back touches it')
    WHERE NEW.original IS NULL
      AND ((SELECT kind FROM ledger_account WHERE code = NEW.credit) = 'spending'
           OR ((SELECT kind FROM ledger_account WHERE code = NEW.debit) = 'spending') <> (NEW.kind = 'expense'));
  SELECT RAISE(ABORT, 'ledger: income credits an income account, and only income or what takes it back touches it')
    WHERE NEW.original IS NULL
      AND ((SELECT kind FROM ledger_account WHERE code = NEW.debit) = 'income'
           OR ((SELECT kind FROM ledger_account WHERE code = NEW.credit) = 'income') <> (NEW.kind = 'income'));
  SELECT RAISE(ABORT, 'ledger: an opening balance stands between an opening account and where the money is, and nothing else does')
    WHERE NEW.original IS NULL
      AND ((SELECT count(*) FROM ledger_account WHERE code IN (NEW.debit, NEW.credit) AND kind = 'opening') = 1) <> (NEW.kind = 'opening');
  SELECT RAISE(ABORT, 'ledger: the original it names is not in the books')
    WHERE NEW.original IS NOT NULL AND NOT EXISTS (SELECT 1 FROM ledger_transfer WHERE id = NEW.original);
  SELECT RAISE(ABORT, 'ledger: it does not reverse the accounts, currency and month of its original')
    WHERE NEW.original IS NOT NULL AND NOT EXISTS (
      SELECT 1 FROM ledger_transfer
      WHERE id = NEW.original AND debit = NEW.credit AND credit = NEW.debit AND currency = NEW.currency AND book_month = NEW.book_month);
  SELECT RAISE(ABORT, 'ledger: a transfer of this kind cannot take back its original')
    WHERE NEW.original IS NOT NULL AND NOT EXISTS (
      SELECT 1 FROM ledger_transfer
      WHERE id = NEW.original AND CASE NEW.kind
        WHEN 'won' THEN kind = 'dispute'
        WHEN 'bounced' THEN kind = 'refund'
        WHEN 'reversal' THEN kind IN ('fee', 'payout', 'exchange', 'expense', 'income', 'opening')
        ELSE kind = 'gift' END);
  SELECT RAISE(ABORT, 'ledger: more would be taken back than the original has left')
    WHERE NEW.original IS NOT NULL AND NEW.amount_minor >
      (SELECT amount_minor FROM ledger_transfer WHERE id = NEW.original)
      - (SELECT coalesce(sum(amount_minor), 0) FROM ledger_transfer WHERE original = NEW.original)
      + (SELECT coalesce(sum(back.amount_minor), 0) FROM ledger_transfer taken JOIN ledger_transfer back ON back.original = taken.id
         WHERE taken.original = NEW.original);
END;

CREATE TRIGGER ledger_transfer_entered AFTER INSERT ON ledger_transfer BEGIN
  UPDATE ledger_head SET seq = NEW.seq, hash = NEW.hash;
  INSERT INTO ledger_monthtotal (account, month, balance_minor, version, last_seq, moved_at)
    SELECT code, NEW.book_month, 0, 0, 0, NULL FROM ledger_account
    WHERE code IN (NEW.debit, NEW.credit)
      AND NOT EXISTS (SELECT 1 FROM ledger_monthtotal WHERE account = code AND month = NEW.book_month);
  UPDATE ledger_total SET balance_minor = balance_minor - NEW.amount_minor, version = version + 1, last_seq = NEW.seq, moved_at = NEW.posted_at
    WHERE account = NEW.debit;
  UPDATE ledger_total SET balance_minor = balance_minor + NEW.amount_minor, version = version + 1, last_seq = NEW.seq, moved_at = NEW.posted_at
    WHERE account = NEW.credit;
  UPDATE ledger_monthtotal SET balance_minor = balance_minor - NEW.amount_minor, version = version + 1, last_seq = NEW.seq, moved_at = NEW.posted_at
    WHERE account = NEW.debit AND month = NEW.book_month;
  UPDATE ledger_monthtotal SET balance_minor = balance_minor + NEW.amount_minor, version = version + 1, last_seq = NEW.seq, moved_at = NEW.posted_at
    WHERE account = NEW.credit AND month = NEW.book_month;
END;

CREATE TRIGGER ledger_transfer_update BEFORE UPDATE ON ledger_transfer BEGIN
  SELECT RAISE(ABORT, 'ledger: a transfer is never changed; reverse it with a new one');
END;

CREATE TRIGGER ledger_transfer_delete BEFORE DELETE ON ledger_transfer BEGIN
  SELECT RAISE(ABORT, 'ledger: a transfer is never removed; reverse it with a new one');
END;

-- The head and the totals: moved by a transfer that has entered, by exactly its amount, and by nothing else.

CREATE TRIGGER ledger_head_enters BEFORE INSERT ON ledger_head BEGIN
  SELECT RAISE(ABORT, 'ledger: there is one head');
END;

CREATE TRIGGER ledger_head_update BEFORE UPDATE ON ledger_head BEGIN
  SELECT RAISE(ABORT, 'ledger: the head moves only with a transfer')
    WHERE NEW.id <> OLD.id OR NEW.seq <> OLD.seq + 1
      OR NOT EXISTS (SELECT 1 FROM ledger_transfer WHERE seq = NEW.seq AND hash = NEW.hash AND prev_hash = OLD.hash);
END;

CREATE TRIGGER ledger_head_delete BEFORE DELETE ON ledger_head BEGIN
  SELECT RAISE(ABORT, 'ledger: the head is never removed');
END;

CREATE TRIGGER ledger_total_enters BEFORE INSERT ON ledger_total BEGIN
  SELECT RAISE(ABORT, 'ledger: a total begins once, at zero')
    WHERE NEW.balance_minor IS NOT 0 OR NEW.version IS NOT 0 OR NEW.last_seq IS NOT 0 OR NEW.moved_at IS NOT NULL
      OR EXISTS (SELECT 1 FROM ledger_total WHERE account = NEW.account)
      OR NOT EXISTS (SELECT 1 FROM ledger_account WHERE code = NEW.account);
END;

CREATE TRIGGER ledger_total_update BEFORE UPDATE ON ledger_total BEGIN
  SELECT RAISE(ABORT, 'ledger: a total moves only with a transfer')
    WHERE NEW.account <> OLD.account OR NEW.version IS NOT OLD.version + 1 OR NOT EXISTS (
      SELECT 1 FROM ledger_transfer
      WHERE seq = NEW.last_seq AND seq > OLD.last_seq AND posted_at = NEW.moved_at AND NEW.balance_minor = OLD.balance_minor
        + CASE NEW.account WHEN credit THEN amount_minor WHEN debit THEN -amount_minor END);
END;

CREATE TRIGGER ledger_total_delete BEFORE DELETE ON ledger_total BEGIN
  SELECT RAISE(ABORT, 'ledger: a total is never removed');
END;

CREATE TRIGGER ledger_monthtotal_enters BEFORE INSERT ON ledger_monthtotal BEGIN
  SELECT RAISE(ABORT, 'ledger: a total begins once, at zero')
    WHERE NEW.balance_minor IS NOT 0 OR NEW.version IS NOT 0 OR NEW.last_seq IS NOT 0 OR NEW.moved_at IS NOT NULL
      OR EXISTS (SELECT 1 FROM ledger_monthtotal WHERE account = NEW.account AND month = NEW.month)
      OR NOT EXISTS (SELECT 1 FROM ledger_transfer, ledger_head
        WHERE ledger_transfer.seq = ledger_head.seq AND book_month = NEW.month AND NEW.account IN (debit, credit));
END;

CREATE TRIGGER ledger_monthtotal_update BEFORE UPDATE ON ledger_monthtotal BEGIN
  SELECT RAISE(ABORT, 'ledger: a total moves only with a transfer')
    WHERE NEW.account <> OLD.account OR NEW.month <> OLD.month OR NEW.version IS NOT OLD.version + 1 OR NOT EXISTS (
      SELECT 1 FROM ledger_transfer
      WHERE seq = NEW.last_seq AND seq > OLD.last_seq AND posted_at = NEW.moved_at AND book_month = NEW.month AND NEW.balance_minor = OLD.balance_minor
        + CASE NEW.account WHEN credit THEN amount_minor WHEN debit THEN -amount_minor END);
END;

CREATE TRIGGER ledger_monthtotal_delete BEFORE DELETE ON ledger_monthtotal BEGIN
  SELECT RAISE(ABORT, 'ledger: a total is never removed');
END;
