-- The books on PostgreSQL (12 or newer): a refund that came back. What each kind is for: docs/ledger.md.
-- Rows stay as they are. The refusals are all told anew: those of this file are the ones that hold.

ALTER TABLE ledger_transfer DROP CONSTRAINT "there is no such kind of transfer";

ALTER TABLE ledger_transfer ADD CONSTRAINT "there is no such kind of transfer" CHECK (kind IN ('gift', 'fee', 'payout', 'exchange', 'expense', 'income', 'opening', 'refund', 'dispute', 'failure', 'won', 'bounced', 'reversal'));

-- The second of the table's two checks without a name of their own: which kinds name an original.
ALTER TABLE ledger_transfer DROP CONSTRAINT ledger_transfer_check1;

ALTER TABLE ledger_transfer ADD CONSTRAINT ledger_transfer_check1 CHECK ((kind IN ('refund', 'dispute', 'failure', 'won', 'bounced', 'reversal')) = (original IS NOT NULL));

-- UPDATE, DELETE and TRUNCATE.

CREATE OR REPLACE FUNCTION ledger_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'ledger: % on % is refused; rows are only added, and a mistake is reversed by a new one', TG_OP, TG_TABLE_NAME
    USING ERRCODE = 'restrict_violation';
END
$$;

DROP TRIGGER ledger_account_update ON ledger_account;

CREATE TRIGGER ledger_account_update BEFORE UPDATE OR DELETE ON ledger_account FOR EACH ROW EXECUTE FUNCTION ledger_refuse();

DROP TRIGGER ledger_account_truncate ON ledger_account;

CREATE TRIGGER ledger_account_truncate BEFORE TRUNCATE ON ledger_account FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse();

DROP TRIGGER ledger_transfer_update ON ledger_transfer;

CREATE TRIGGER ledger_transfer_update BEFORE UPDATE OR DELETE ON ledger_transfer FOR EACH ROW EXECUTE FUNCTION ledger_refuse();

DROP TRIGGER ledger_transfer_truncate ON ledger_transfer;

CREATE TRIGGER ledger_transfer_truncate BEFORE TRUNCATE ON ledger_transfer FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse();

DROP TRIGGER ledger_head_delete ON ledger_head;

CREATE TRIGGER ledger_head_delete BEFORE INSERT OR DELETE ON ledger_head FOR EACH ROW EXECUTE FUNCTION ledger_refuse();

DROP TRIGGER ledger_head_truncate ON ledger_head;

CREATE TRIGGER ledger_head_truncate BEFORE TRUNCATE ON ledger_head FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse();

DROP TRIGGER ledger_total_delete ON ledger_total;

CREATE TRIGGER ledger_total_delete BEFORE DELETE ON ledger_total FOR EACH ROW EXECUTE FUNCTION ledger_refuse();

DROP TRIGGER ledger_total_truncate ON ledger_total;

CREATE TRIGGER ledger_total_truncate BEFORE TRUNCATE ON ledger_total FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse();

DROP TRIGGER ledger_monthtotal_delete ON ledger_monthtotal;

CREATE TRIGGER ledger_monthtotal_delete BEFORE DELETE ON ledger_monthtotal FOR EACH ROW EXECUTE FUNCTION ledger_refuse();

DROP TRIGGER ledger_monthtotal_truncate ON ledger_monthtotal;

CREATE TRIGGER ledger_monthtotal_truncate BEFORE TRUNCATE ON ledger_monthtotal FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse();

-- Accounts.

CREATE OR REPLACE FUNCTION ledger_account_entered() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO ledger_total (account, balance_minor, version, last_seq, moved_at) VALUES (NEW.code, 0, 0, 0, NULL);
  RETURN NULL;
END
$$;

DROP TRIGGER ledger_account_entered ON ledger_account;

CREATE TRIGGER ledger_account_entered AFTER INSERT ON ledger_account FOR EACH ROW EXECUTE FUNCTION ledger_account_entered();

-- Transfers: each at the head of the chain, one writer at a time (the head's row is the lock).

CREATE OR REPLACE FUNCTION ledger_transfer_hash(t ledger_transfer) RETURNS text LANGUAGE sql STABLE AS $$
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

CREATE OR REPLACE FUNCTION ledger_transfer_enters() RETURNS trigger LANGUAGE plpgsql AS $$
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
    WHEN (NEW.kind IN ('refund', 'dispute', 'failure', 'won', 'bounced', 'reversal')) <> (NEW.original IS NOT NULL)
      THEN 'this kind of transfer and an original go together, or neither'
    WHEN NEW.original IS NULL AND (from_account.kind = 'gifts' OR (to_account.kind = 'gifts') <> (NEW.kind = 'gift'))
      THEN 'a gift credits a gifts account, and only a gift or what takes one back touches it'
    WHEN NEW.original IS NULL AND (to_account.kind = 'spending' OR (from_account.kind = 'spending') <> (NEW.kind = 'expense'))
      THEN 'an expense debits a spending account, and only an expense or what takes one back touches it'
    WHEN NEW.original IS NULL AND (from_account.kind = 'income' OR (to_account.kind = 'income') <> (NEW.kind = 'income'))
      THEN 'income credits an income account, and only income or what takes it back touches it'
    WHEN NEW.original IS NULL AND ((from_account.kind = 'opening') <> (to_account.kind = 'opening')) <> (NEW.kind = 'opening')
      THEN 'an opening balance stands between an opening account and where the money is, and nothing else does'
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
        WHEN 'bounced' THEN taken_back.kind = 'refund'
        WHEN 'reversal' THEN taken_back.kind IN ('fee', 'payout', 'exchange', 'expense', 'income', 'opening')
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

DROP TRIGGER ledger_transfer_enters ON ledger_transfer;

CREATE TRIGGER ledger_transfer_enters BEFORE INSERT ON ledger_transfer FOR EACH ROW EXECUTE FUNCTION ledger_transfer_enters();

CREATE OR REPLACE FUNCTION ledger_transfer_entered() RETURNS trigger LANGUAGE plpgsql AS $$
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

DROP TRIGGER ledger_transfer_entered ON ledger_transfer;

CREATE TRIGGER ledger_transfer_entered AFTER INSERT ON ledger_transfer FOR EACH ROW EXECUTE FUNCTION ledger_transfer_entered();

-- The head and the totals: moved by a transfer that has entered, by exactly its amount, and by nothing else.

CREATE OR REPLACE FUNCTION ledger_head_moves() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.id <> OLD.id OR NEW.seq IS DISTINCT FROM OLD.seq + 1
    OR NOT EXISTS (SELECT 1 FROM ledger_transfer WHERE seq = NEW.seq AND hash = NEW.hash AND prev_hash = OLD.hash) THEN
    RAISE EXCEPTION 'ledger: the head moves only with a transfer' USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN NEW;
END
$$;

DROP TRIGGER ledger_head_update ON ledger_head;

CREATE TRIGGER ledger_head_update BEFORE UPDATE ON ledger_head FOR EACH ROW EXECUTE FUNCTION ledger_head_moves();

CREATE OR REPLACE FUNCTION ledger_total_enters() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.balance_minor <> 0 OR NEW.version <> 0 OR NEW.last_seq <> 0 OR NEW.moved_at IS NOT NULL THEN
    RAISE EXCEPTION 'ledger: a total begins once, at zero' USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN NEW;
END
$$;

DROP TRIGGER ledger_total_enters ON ledger_total;

CREATE TRIGGER ledger_total_enters BEFORE INSERT ON ledger_total FOR EACH ROW EXECUTE FUNCTION ledger_total_enters();

CREATE OR REPLACE FUNCTION ledger_total_moves() RETURNS trigger LANGUAGE plpgsql AS $$
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

DROP TRIGGER ledger_total_update ON ledger_total;

CREATE TRIGGER ledger_total_update BEFORE UPDATE ON ledger_total FOR EACH ROW EXECUTE FUNCTION ledger_total_moves();

CREATE OR REPLACE FUNCTION ledger_monthtotal_enters() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.balance_minor <> 0 OR NEW.version <> 0 OR NEW.last_seq <> 0 OR NEW.moved_at IS NOT NULL OR NOT EXISTS (
    SELECT 1 FROM ledger_transfer t JOIN ledger_head h ON t.seq = h.seq
    WHERE t.book_month = NEW.month AND NEW.account IN (t.debit, t.credit)) THEN
    RAISE EXCEPTION 'ledger: a total begins once, at zero' USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN NEW;
END
$$;

DROP TRIGGER ledger_monthtotal_enters ON ledger_monthtotal;

CREATE TRIGGER ledger_monthtotal_enters BEFORE INSERT ON ledger_monthtotal FOR EACH ROW EXECUTE FUNCTION ledger_monthtotal_enters();

CREATE OR REPLACE FUNCTION ledger_monthtotal_moves() RETURNS trigger LANGUAGE plpgsql AS $$
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

DROP TRIGGER ledger_monthtotal_update ON ledger_monthtotal;

CREATE TRIGGER ledger_monthtotal_update BEFORE UPDATE ON ledger_monthtotal FOR EACH ROW EXECUTE FUNCTION ledger_monthtotal_moves();
