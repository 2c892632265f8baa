-- The practice system's own books. It stands for a remote system: Masthead reads them only through client.py.
CREATE TABLE IF NOT EXISTS checkout (
  ref TEXT PRIMARY KEY,
  gift_id TEXT NOT NULL UNIQUE,
  frequency TEXT NOT NULL CHECK (frequency IN ('once', 'monthly', 'yearly')),
  amount_minor INTEGER NOT NULL CHECK (amount_minor > 0),
  currency TEXT NOT NULL,
  purpose TEXT NOT NULL,
  return_url TEXT NOT NULL,
  cancel_url TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('open', 'done', 'declined', 'cancelled')),
  reason TEXT NOT NULL DEFAULT '',
  created_at TEXT NOT NULL
) STRICT;
CREATE TABLE IF NOT EXISTS pledge (
  ref TEXT PRIMARY KEY,
  checkout_ref TEXT NOT NULL UNIQUE REFERENCES checkout (ref),
  state TEXT NOT NULL CHECK (state IN ('active', 'past_due', 'paused', 'ended')),
  started_at TEXT NOT NULL,
  ended_at TEXT,
  amount_minor INTEGER NOT NULL CHECK (amount_minor > 0),
  payments INTEGER NOT NULL DEFAULT 1, -- how many dates of it have come, the first among them
  next_at TEXT, -- the next payment, or the next try of one that was refused
  refuses INTEGER NOT NULL DEFAULT 0, -- the card says no until it is mended
  tries INTEGER NOT NULL DEFAULT 0 -- refused ones in a row
) STRICT;
CREATE TABLE IF NOT EXISTS payment (
  ref TEXT PRIMARY KEY,
  checkout_ref TEXT NOT NULL REFERENCES checkout (ref),
  amount_minor INTEGER NOT NULL CHECK (amount_minor > 0),
  renewal INTEGER NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('pending', 'settled', 'failed')),
  reason TEXT NOT NULL DEFAULT '',
  created_at TEXT NOT NULL,
  due_at TEXT,
  fails INTEGER NOT NULL DEFAULT 0,
  settled_at TEXT,
  failed_at TEXT
) STRICT;
CREATE TABLE IF NOT EXISTS refund (
  ref TEXT PRIMARY KEY,
  key TEXT NOT NULL UNIQUE,
  payment_ref TEXT NOT NULL REFERENCES payment (ref),
  amount_minor INTEGER NOT NULL CHECK (amount_minor > 0),
  created_at TEXT NOT NULL
) STRICT;
CREATE TABLE IF NOT EXISTS dispute (
  ref TEXT PRIMARY KEY,
  payment_ref TEXT NOT NULL UNIQUE REFERENCES payment (ref),
  amount_minor INTEGER NOT NULL CHECK (amount_minor > 0),
  state TEXT NOT NULL CHECK (state IN ('open', 'won', 'lost')),
  created_at TEXT NOT NULL,
  closed_at TEXT
) STRICT;
CREATE TABLE IF NOT EXISTS event (
  number INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  kind TEXT NOT NULL,
  object_ref TEXT NOT NULL,
  created_at TEXT NOT NULL,
  due_at TEXT NOT NULL,
  copies INTEGER NOT NULL DEFAULT 1,
  attempts INTEGER NOT NULL DEFAULT 0,
  delivered_at TEXT
) STRICT;
CREATE TABLE IF NOT EXISTS change (
  key TEXT PRIMARY KEY
) STRICT;
CREATE INDEX IF NOT EXISTS event_due ON event (due_at) WHERE delivered_at IS NULL;
PRAGMA user_version = 2;
