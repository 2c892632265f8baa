-- The books on SQLite (3.37 or newer: STRICT). What each table and refusal is for: docs/ledger.md.
-- The refusals must hold for any connection, with any PRAGMA: nothing here leans on foreign_keys or recursive_triggers.

CREATE TABLE ledger_account (
  code TEXT NOT NULL PRIMARY KEY CONSTRAINT "a code is 3 to 120 printable ASCII characters, no spaces" CHECK (length(code) BETWEEN 3 AND 120 AND code NOT GLOB '*[^!-~]*'),
  currency TEXT NOT NULL CHECK (length(currency) = 3 AND currency NOT GLOB '*[^A-Z]*'),
  kind TEXT NOT NULL CONSTRAINT "there is no such kind of account" CHECK (kind IN ('clearing', 'fees', 'gifts', 'bank', 'exchange')),
  opened_at TEXT NOT NULL,
  UNIQUE (code, currency)
) STRICT, WITHOUT ROWID;

CREATE TABLE ledger_transfer (
  seq INTEGER NOT NULL PRIMARY KEY,
  id TEXT NOT NULL UNIQUE CONSTRAINT "an id is 1 to 200 printable ASCII characters, no spaces" CHECK (length(id) BETWEEN 1 AND 200 AND id NOT GLOB '*[^!-~]*'),
  kind TEXT NOT NULL CONSTRAINT "there is no such kind of transfer" CHECK (kind IN ('gift', 'fee', 'payout', 'exchange', 'refund', 'dispute', 'failure', 'won', 'reversal')),
  debit TEXT NOT NULL,
  credit TEXT NOT NULL,
  amount_minor INTEGER NOT NULL CHECK (amount_minor BETWEEN 1 AND 1000000000000000),
  currency TEXT NOT NULL,
  dated TEXT NOT NULL CONSTRAINT "a day is a date" CHECK (dated IS date(dated, '+0 days')),
  book_month TEXT NOT NULL CONSTRAINT "the month it counts in is named by its first day" CHECK (book_month IS date(book_month, 'start of month')),
  original TEXT REFERENCES ledger_transfer (id),
  posted_at TEXT NOT NULL CHECK (substr(posted_at, 1, 19) IS strftime('%Y-%m-%d %H:%M:%S', posted_at, '+0 days')),
  prev_hash TEXT NOT NULL,
  hash TEXT NOT NULL UNIQUE CHECK (length(hash) = 64 AND hash NOT GLOB '*[^0-9a-f]*'),
  CHECK (debit <> credit),
  CHECK ((kind IN ('refund', 'dispute', 'failure', 'won', 'reversal')) = (original IS NOT NULL)),
  FOREIGN KEY (debit, currency) REFERENCES ledger_account (code, currency),
  FOREIGN KEY (credit, currency) REFERENCES ledger_account (code, currency)
) STRICT;

CREATE INDEX ledger_transfer_debit ON ledger_transfer (debit, seq);

CREATE INDEX ledger_transfer_credit ON ledger_transfer (credit, seq);

CREATE INDEX ledger_transfer_original ON ledger_transfer (original) WHERE original IS NOT NULL;

CREATE TABLE ledger_head (
  id INTEGER NOT NULL PRIMARY KEY CHECK (id = 1),
  seq INTEGER NOT NULL,
  hash TEXT NOT NULL
) STRICT;

CREATE TABLE ledger_total (
  account TEXT NOT NULL PRIMARY KEY REFERENCES ledger_account (code),
  balance_minor INTEGER NOT NULL,
  version INTEGER NOT NULL,
  last_seq INTEGER NOT NULL,
  moved_at TEXT
) STRICT, WITHOUT ROWID;

CREATE TABLE ledger_monthtotal (
  account TEXT NOT NULL REFERENCES ledger_account (code),
  month TEXT NOT NULL,
  balance_minor INTEGER NOT NULL,
  version INTEGER NOT NULL,
  last_seq INTEGER NOT NULL,
  moved_at TEXT,
  PRIMARY KEY (account, month)
) STRICT, WITHOUT ROWID;

-- SHA-256 of 'masthead-ledger-1' and a line feed: what the first row follows.
INSERT INTO ledger_head (id, seq, hash) VALUES (1, 0, 'b9c20f0a02b46243a431b67fa3e1a2f018ae61f17beeefbb5047b8c072c6550c');

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
    WHERE (NEW.kind IN ('refund', 'dispute', 'failure', 'won', 'reversal')) <> (NEW.original IS NOT NULL);
  SELECT RAISE(ABORT, 'ledger: a gift credits a gifts account, and only a gift or what takes one back touches it')
    WHERE NEW.original IS NULL
      AND ((SELECT kind FROM ledger_account WHERE code = NEW.debit) = 'gifts'
           OR ((SELECT kind FROM ledger_account WHERE code = NEW.credit) = 'gifts') <> (NEW.kind = 'gift'));
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
        WHEN 'reversal' THEN kind IN ('fee', 'payout', 'exchange')
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
