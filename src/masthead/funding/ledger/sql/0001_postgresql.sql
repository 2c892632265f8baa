-- The books on PostgreSQL (12 or newer). What each table and refusal is for: docs/ledger.md.
-- Beyond what SQLite can do, the database recomputes each row's hash and refuses a wrong one.

CREATE TABLE ledger_account (
  code varchar(120) COLLATE "C" PRIMARY KEY CONSTRAINT "a code is 3 to 120 printable ASCII characters, no spaces" CHECK (code ~ '^[!-~]{3,120}$'),
  currency varchar(3) COLLATE "C" NOT NULL CHECK (currency ~ '^[A-Z]{3}$'),
  kind varchar(20) NOT NULL CONSTRAINT "there is no such kind of account" CHECK (kind IN ('clearing', 'fees', 'gifts', 'bank', 'exchange')),
  opened_at timestamptz NOT NULL,
  UNIQUE (code, currency)
);

CREATE TABLE ledger_transfer (
  seq bigint PRIMARY KEY,
  id varchar(200) COLLATE "C" NOT NULL UNIQUE CONSTRAINT "an id is 1 to 200 printable ASCII characters, no spaces" CHECK (id ~ '^[!-~]{1,200}$'),
  kind varchar(20) NOT NULL CONSTRAINT "there is no such kind of transfer" CHECK (kind IN ('gift', 'fee', 'payout', 'exchange', 'refund', 'dispute', 'failure', 'won', 'reversal')),
  debit varchar(120) COLLATE "C" NOT NULL,
  credit varchar(120) COLLATE "C" NOT NULL,
  amount_minor bigint NOT NULL CHECK (amount_minor BETWEEN 1 AND 1000000000000000),
  currency varchar(3) COLLATE "C" NOT NULL,
  dated date NOT NULL CONSTRAINT "a day is a date" CHECK (dated BETWEEN '1900-01-01' AND '9999-12-31'),
  book_month date NOT NULL CONSTRAINT "the month it counts in is named by its first day" CHECK (book_month BETWEEN '1900-01-01' AND '9999-12-31' AND extract(day FROM book_month) = 1),
  original varchar(200) COLLATE "C" REFERENCES ledger_transfer (id),
  posted_at timestamptz NOT NULL,
  prev_hash varchar(64) COLLATE "C" NOT NULL,
  hash varchar(64) COLLATE "C" NOT NULL UNIQUE CHECK (hash ~ '^[0-9a-f]{64}$'),
  CHECK (debit <> credit),
  CHECK ((kind IN ('refund', 'dispute', 'failure', 'won', 'reversal')) = (original IS NOT NULL)),
  FOREIGN KEY (debit, currency) REFERENCES ledger_account (code, currency),
  FOREIGN KEY (credit, currency) REFERENCES ledger_account (code, currency)
);

CREATE INDEX ledger_transfer_debit ON ledger_transfer (debit, seq);

CREATE INDEX ledger_transfer_credit ON ledger_transfer (credit, seq);

CREATE INDEX ledger_transfer_original ON ledger_transfer (original) WHERE original IS NOT NULL;

CREATE TABLE ledger_head (
  id integer PRIMARY KEY CHECK (id = 1),
  seq bigint NOT NULL,
  hash varchar(64) COLLATE "C" NOT NULL
);

CREATE TABLE ledger_total (
  account varchar(120) COLLATE "C" PRIMARY KEY REFERENCES ledger_account (code),
  balance_minor bigint NOT NULL,
  version bigint NOT NULL,
  last_seq bigint NOT NULL,
  moved_at timestamptz
);

CREATE TABLE ledger_monthtotal (
  account varchar(120) COLLATE "C" NOT NULL REFERENCES ledger_account (code),
  month date NOT NULL,
  balance_minor bigint NOT NULL,
  version bigint NOT NULL,
  last_seq bigint NOT NULL,
  moved_at timestamptz,
  PRIMARY KEY (account, month)
);

-- SHA-256 of 'masthead-ledger-1' and a line feed: what the first row follows.
INSERT INTO ledger_head (id, seq, hash) VALUES (1, 0, 'b9c20f0a02b46243a431b67fa3e1a2f018ae61f17beeefbb5047b8c072c6550c');

-- UPDATE, DELETE and TRUNCATE.

CREATE FUNCTION ledger_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'ledger: % on % is refused; rows are only added, and a mistake is reversed by a new one', TG_OP, TG_TABLE_NAME
    USING ERRCODE = 'restrict_violation';
END
$$;

CREATE TRIGGER ledger_account_update BEFORE UPDATE OR DELETE ON ledger_account FOR EACH ROW EXECUTE FUNCTION ledger_refuse();

CREATE TRIGGER ledger_account_truncate BEFORE TRUNCATE ON ledger_account FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse();

CREATE TRIGGER ledger_transfer_update BEFORE UPDATE OR DELETE ON ledger_transfer FOR EACH ROW EXECUTE FUNCTION ledger_refuse();

CREATE TRIGGER ledger_transfer_truncate BEFORE TRUNCATE ON ledger_transfer FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse();

CREATE TRIGGER ledger_head_delete BEFORE INSERT OR DELETE ON ledger_head FOR EACH ROW EXECUTE FUNCTION ledger_refuse();

CREATE TRIGGER ledger_head_truncate BEFORE TRUNCATE ON ledger_head FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse();

CREATE TRIGGER ledger_total_delete BEFORE DELETE ON ledger_total FOR EACH ROW EXECUTE FUNCTION ledger_refuse();

CREATE TRIGGER ledger_total_truncate BEFORE TRUNCATE ON ledger_total FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse();

CREATE TRIGGER ledger_monthtotal_delete BEFORE DELETE ON ledger_monthtotal FOR EACH ROW EXECUTE FUNCTION ledger_refuse();

CREATE TRIGGER ledger_monthtotal_truncate BEFORE TRUNCATE ON ledger_monthtotal FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse();

-- Accounts.

CREATE FUNCTION ledger_account_entered() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO ledger_total (account, balance_minor, version, last_seq, moved_at) VALUES (NEW.code, 0, 0, 0, NULL);
  RETURN NULL;
END
$$;

CREATE TRIGGER ledger_account_entered AFTER INSERT ON ledger_account FOR EACH ROW EXECUTE FUNCTION ledger_account_entered();

-- Transfers: each at the head of the chain, one writer at a time (the head's row is the lock).

CREATE FUNCTION ledger_transfer_hash(t ledger_transfer) RETURNS text LANGUAGE sql STABLE AS $$
  SELECT encode(sha256(convert_to(
    'masthead-transfer-1' || E'\n'
    || 'seq=' || t.seq || E'\n'
    || 'id=' || t.id || E'\n'
    || 'kind=' || t.kind || E'\n'
    || 'debit=' || t.debit || E'\n'
    || 'credit=' || t.credit || E'\n'
    || 'amount_minor=' || t.amount_minor || E'\n'
    || 'currency=' || t.currency || E'\n'
    || 'dated=' || to_char(t.dated, 'YYYY-MM-DD') || E'\n'
    || 'book_month=' || to_char(t.book_month, 'YYYY-MM-DD') || E'\n'
    || 'original=' || coalesce(t.original, '') || E'\n'
    || 'posted_at=' || to_char(t.posted_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') || E'\n'
    || 'prev_hash=' || t.prev_hash || E'\n', 'UTF8')), 'hex')
$$;

CREATE FUNCTION ledger_transfer_enters() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  head ledger_head;
  from_account ledger_account;
  to_account ledger_account;
  taken_back ledger_transfer;
  reason text;
BEGIN
  SELECT * INTO head FROM ledger_head WHERE id = 1 FOR UPDATE;
  SELECT * INTO from_account FROM ledger_account WHERE code = NEW.debit;
  SELECT * INTO to_account FROM ledger_account WHERE code = NEW.credit;
  reason := CASE
    WHEN EXISTS (SELECT 1 FROM ledger_transfer WHERE id = NEW.id) THEN 'a transfer with this id is in the books already'
    WHEN NEW.seq IS DISTINCT FROM head.seq + 1 THEN 'its number is not the next after the head'
    WHEN NEW.prev_hash IS DISTINCT FROM head.hash THEN 'it does not carry the hash of the row before it'
    WHEN NEW.amount_minor IS NULL OR NEW.amount_minor NOT BETWEEN 1 AND 1000000000000000
      THEN 'the amount must be a whole number above zero and within 10^15'
    WHEN NEW.debit = NEW.credit THEN 'it debits and credits the same account'
    WHEN from_account.code IS NULL OR to_account.code IS NULL THEN 'an account it names is not open'
    WHEN NEW.currency IS DISTINCT FROM from_account.currency OR NEW.currency IS DISTINCT FROM to_account.currency
      THEN 'its currency is not that of both accounts'
    WHEN (NEW.kind IN ('refund', 'dispute', 'failure', 'won', 'reversal')) <> (NEW.original IS NOT NULL)
      THEN 'this kind of transfer and an original go together, or neither'
    WHEN NEW.original IS NULL AND (from_account.kind = 'gifts' OR (to_account.kind = 'gifts') <> (NEW.kind = 'gift'))
      THEN 'a gift credits a gifts account, and only a gift or what takes one back touches it'
    END;
  IF reason IS NULL AND NEW.original IS NOT NULL THEN
    SELECT * INTO taken_back FROM ledger_transfer WHERE id = NEW.original;
    reason := CASE
      WHEN taken_back.id IS NULL THEN 'the original it names is not in the books'
      WHEN (taken_back.debit, taken_back.credit, taken_back.currency, taken_back.book_month)
        IS DISTINCT FROM (NEW.credit, NEW.debit, NEW.currency, NEW.book_month)
        THEN 'it does not reverse the accounts, currency and month of its original'
      WHEN NOT CASE NEW.kind
        WHEN 'won' THEN taken_back.kind = 'dispute'
        WHEN 'reversal' THEN taken_back.kind IN ('fee', 'payout', 'exchange')
        ELSE taken_back.kind = 'gift' END
        THEN 'a transfer of this kind cannot take back its original'
      WHEN NEW.amount_minor > taken_back.amount_minor
        - (SELECT coalesce(sum(amount_minor), 0) FROM ledger_transfer WHERE original = NEW.original)
        + (SELECT coalesce(sum(back.amount_minor), 0) FROM ledger_transfer taken JOIN ledger_transfer back ON back.original = taken.id
           WHERE taken.original = NEW.original)
        THEN 'more would be taken back than the original has left'
      END;
  END IF;
  IF reason IS NULL AND NEW.hash IS DISTINCT FROM ledger_transfer_hash(NEW) THEN
    reason := 'its hash is not that of its content';
  END IF;
  IF reason IS NOT NULL THEN
    RAISE EXCEPTION 'ledger: %', reason USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END
$$;

CREATE TRIGGER ledger_transfer_enters BEFORE INSERT ON ledger_transfer FOR EACH ROW EXECUTE FUNCTION ledger_transfer_enters();

CREATE FUNCTION ledger_transfer_entered() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  UPDATE ledger_head SET seq = NEW.seq, hash = NEW.hash WHERE id = 1;
  INSERT INTO ledger_monthtotal (account, month, balance_minor, version, last_seq, moved_at)
    SELECT code, NEW.book_month, 0, 0, 0, NULL FROM ledger_account
    WHERE code IN (NEW.debit, NEW.credit)
      AND NOT EXISTS (SELECT 1 FROM ledger_monthtotal WHERE account = code AND month = NEW.book_month);
  UPDATE ledger_total
    SET balance_minor = balance_minor + CASE account WHEN NEW.credit THEN NEW.amount_minor ELSE -NEW.amount_minor END,
      version = version + 1, last_seq = NEW.seq, moved_at = NEW.posted_at
    WHERE account IN (NEW.debit, NEW.credit);
  UPDATE ledger_monthtotal
    SET balance_minor = balance_minor + CASE account WHEN NEW.credit THEN NEW.amount_minor ELSE -NEW.amount_minor END,
      version = version + 1, last_seq = NEW.seq, moved_at = NEW.posted_at
    WHERE account IN (NEW.debit, NEW.credit) AND month = NEW.book_month;
  RETURN NULL;
END
$$;

CREATE TRIGGER ledger_transfer_entered AFTER INSERT ON ledger_transfer FOR EACH ROW EXECUTE FUNCTION ledger_transfer_entered();

-- The head and the totals: moved by a transfer that has entered, by exactly its amount, and by nothing else.

CREATE FUNCTION ledger_head_moves() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.id <> OLD.id OR NEW.seq IS DISTINCT FROM OLD.seq + 1
    OR NOT EXISTS (SELECT 1 FROM ledger_transfer WHERE seq = NEW.seq AND hash = NEW.hash AND prev_hash = OLD.hash) THEN
    RAISE EXCEPTION 'ledger: the head moves only with a transfer' USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN NEW;
END
$$;

CREATE TRIGGER ledger_head_update BEFORE UPDATE ON ledger_head FOR EACH ROW EXECUTE FUNCTION ledger_head_moves();

CREATE FUNCTION ledger_total_enters() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.balance_minor <> 0 OR NEW.version <> 0 OR NEW.last_seq <> 0 OR NEW.moved_at IS NOT NULL THEN
    RAISE EXCEPTION 'ledger: a total begins once, at zero' USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN NEW;
END
$$;

CREATE TRIGGER ledger_total_enters BEFORE INSERT ON ledger_total FOR EACH ROW EXECUTE FUNCTION ledger_total_enters();

CREATE FUNCTION ledger_total_moves() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.account <> OLD.account OR NEW.version IS DISTINCT FROM OLD.version + 1 OR NOT EXISTS (
    SELECT 1 FROM ledger_transfer
    WHERE seq = NEW.last_seq AND seq > OLD.last_seq AND posted_at = NEW.moved_at AND NEW.balance_minor = OLD.balance_minor
      + CASE NEW.account WHEN credit THEN amount_minor WHEN debit THEN -amount_minor END) THEN
    RAISE EXCEPTION 'ledger: a total moves only with a transfer' USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN NEW;
END
$$;

CREATE TRIGGER ledger_total_update BEFORE UPDATE ON ledger_total FOR EACH ROW EXECUTE FUNCTION ledger_total_moves();

CREATE FUNCTION ledger_monthtotal_enters() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.balance_minor <> 0 OR NEW.version <> 0 OR NEW.last_seq <> 0 OR NEW.moved_at IS NOT NULL OR NOT EXISTS (
    SELECT 1 FROM ledger_transfer t JOIN ledger_head h ON t.seq = h.seq
    WHERE t.book_month = NEW.month AND NEW.account IN (t.debit, t.credit)) THEN
    RAISE EXCEPTION 'ledger: a total begins once, at zero' USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN NEW;
END
$$;

CREATE TRIGGER ledger_monthtotal_enters BEFORE INSERT ON ledger_monthtotal FOR EACH ROW EXECUTE FUNCTION ledger_monthtotal_enters();

CREATE FUNCTION ledger_monthtotal_moves() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.account <> OLD.account OR NEW.month <> OLD.month OR NEW.version IS DISTINCT FROM OLD.version + 1 OR NOT EXISTS (
    SELECT 1 FROM ledger_transfer
    WHERE seq = NEW.last_seq AND seq > OLD.last_seq AND posted_at = NEW.moved_at AND book_month = NEW.month
      AND NEW.balance_minor = OLD.balance_minor + CASE NEW.account WHEN credit THEN amount_minor WHEN debit THEN -amount_minor END) THEN
    RAISE EXCEPTION 'ledger: a total moves only with a transfer' USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN NEW;
END
$$;

CREATE TRIGGER ledger_monthtotal_update BEFORE UPDATE ON ledger_monthtotal FOR EACH ROW EXECUTE FUNCTION ledger_monthtotal_moves();
