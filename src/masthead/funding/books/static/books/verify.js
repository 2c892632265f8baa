/* Checks a receipt's proof, a checkpoint or a monthly statement in the reader's browser, with nothing but WebCrypto.
   The same checks as `masthead verify` (funding/ledger/papers.py): SHA-256, RFC 6962, signed notes with Ed25519. */
"use strict";

const ROW_FORM = "masthead-transfer-1";
const LINE_FORM = "masthead-leaf-1";
const RECEIPT = "masthead-receipt-1";
const STATEMENT = "masthead-statement-1";
const ROW = ["seq", "id", "kind", "debit", "credit", "amount_minor", "currency", "dated", "book_month", "original", "posted_at", "prev_hash"];
const LINE = ["seq", "kind", "debit", "credit", "amount_minor", "currency", "dated", "book_month", "hash"];

class Altered extends Error {}
class Unread extends Error {}

const bytesOf = (text) => new TextEncoder().encode(text);
const hex = (bytes) => Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
const same = (one, other) => hex(one) === hex(other);

function unhex(text) {
  if (!/^([0-9a-f]{2})*$/.test(text)) throw new Altered("A hash in it is malformed.");
  return Uint8Array.from(text.match(/../g) || [], (pair) => parseInt(pair, 16));
}

function unbase64(text) {
  try {
    return Uint8Array.from(atob(text), (sign) => sign.charCodeAt(0));
  } catch {
    throw new Altered("A key, root or signature in it is malformed.");
  }
}

async function sha256(...parts) {
  const whole = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return new Uint8Array(await crypto.subtle.digest("SHA-256", whole));
}

const leafHash = (line) => sha256(Uint8Array.of(0), line);
const nodeHash = (left, right) => sha256(Uint8Array.of(1), left, right);

/* --- keys and notes --- */

async function readKey(text) {
  const first = text.indexOf("+");
  const second = text.indexOf("+", first + 1);
  const blob = first > 0 && second > 0 ? unbase64(text.slice(second + 1)) : new Uint8Array();
  if (blob.length !== 33 || blob[0] !== 1) throw new Unread(`“${text}” is no public key: it looks like name+hash+key.`);
  const name = text.slice(0, first);
  const id = (await sha256(bytesOf(`${name}\n`), blob)).slice(0, 4);
  if (hex(id) !== text.slice(first + 1, second)) throw new Unread(`The key of ${name} does not fit its own hash: a character was lost.`);
  let key;
  try {
    key = await crypto.subtle.importKey("raw", blob.slice(1), "Ed25519", false, ["verify"]);
  } catch {
    throw new Unread("This browser cannot check Ed25519 signatures. Use a newer one, or the command below.");
  }
  return { name, id, key };
}

async function openNote(note, keys) {
  const cut = note.lastIndexOf("\n\n");
  if (cut < 0 || !note.endsWith("\n")) throw new Altered("A signed note in it is malformed.");
  const text = note.slice(0, cut + 1);
  const signed = [];
  for (const line of note.slice(cut + 2, -1).split("\n")) {
    const [dash, name, encoded] = line.split(" ");
    if (dash !== "—" || !encoded) throw new Altered("A signature line in it is malformed.");
    const blob = unbase64(encoded);
    for (const one of keys) {
      if (one.name !== name || !same(one.id, blob.slice(0, 4))) continue;
      if (!(await crypto.subtle.verify("Ed25519", one.key, blob.slice(4), bytesOf(text)))) {
        throw new Altered(`The signature of ${name} does not fit: its text or the signature was altered.`);
      }
      signed.push(name);
    }
  }
  if (!signed.length) throw new Altered("It is not signed by the key that you trust.");
  return { text, signed };
}

function readCheckpoint(text) {
  const [origin, size, root, ...more] = text.slice(0, -1).split("\n");
  if (!root || !/^(0|[1-9][0-9]*)$/.test(size)) throw new Altered("Its checkpoint is malformed.");
  return { origin, size: Number(size), root: unbase64(root), day: more[0] || "" };
}

/* --- rows and lines --- */

function readRow(text) {
  const [form, ...lines] = text.split("\n");
  if (form !== ROW_FORM || lines.length !== ROW.length + 1 || lines.at(-1)) throw new Altered("A row in it is malformed.");
  const row = {};
  ROW.forEach((name, at) => {
    if (!lines[at].startsWith(`${name}=`)) throw new Altered("A row in it is malformed.");
    row[name] = lines[at].slice(name.length + 1);
  });
  return row;
}

const lineOf = (values) => bytesOf(`${LINE_FORM}\n${LINE.map((name) => `${name}=${values[name]}\n`).join("")}`);

/* --- the tree (RFC 9162, 2.1.3.2) --- */

async function rootFrom(hash, index, size, path) {
  let here = index;
  let last = size - 1;
  let root = hash;
  if (!(index >= 0 && index < size)) return null;
  for (const beside of path) {
    if (last === 0) return null;
    if (here % 2 || here === last) {
      root = await nodeHash(beside, root);
      while (here % 2 === 0 && here) {
        here = Math.floor(here / 2);
        last = Math.floor(last / 2);
      }
    } else {
      root = await nodeHash(root, beside);
    }
    here = Math.floor(here / 2);
    last = Math.floor(last / 2);
  }
  return last === 0 ? root : null;
}

class Tree {
  constructor(size = 0, peaks = []) {
    this.size = size;
    this.peaks = peaks;
  }

  async add(hash) {
    this.peaks.push(hash);
    this.size += 1;
    for (let size = this.size; size % 2 === 0; size /= 2) {
      const right = this.peaks.pop();
      this.peaks.push(await nodeHash(this.peaks.pop(), right));
    }
  }

  async root() {
    let root = this.peaks.at(-1) || (await sha256());
    for (const peak of this.peaks.slice(0, -1).reverse()) root = await nodeHash(peak, root);
    return root;
  }
}

/* --- the papers --- */

function money(minor, currency) {
  const digits = new Intl.NumberFormat("en", { style: "currency", currency }).resolvedOptions().maximumFractionDigits;
  return `${(Number(minor) / 10 ** digits).toFixed(digits)} ${currency}`;
}

async function checkReceipt(paper, keys) {
  const receipt = (await openNote(paper.receipt, keys)).text.slice(0, -1).split("\n");
  const point = readCheckpoint((await openNote(paper.checkpoint, keys)).text);
  if (receipt[0] !== RECEIPT) throw new Altered("What was signed is no receipt.");
  const said = Object.fromEntries(receipt.slice(1).map((line) => [line.slice(0, line.indexOf("=")), line.slice(line.indexOf("=") + 1)]));
  const told = receipt.filter((line) => line.startsWith("row="));
  const rows = [];
  for (const [at, shown] of paper.rows.entries()) {
    const row = readRow(shown.text);
    const hash = hex(await sha256(bytesOf(shown.text)));
    const root = await rootFrom(await leafHash(lineOf({ ...row, hash })), Number(row.seq) - 1, point.size, shown.path.map(unhex));
    if (!root || !same(root, point.root)) throw new Altered(`Row ${row.seq} does not lead to the root that was signed: its text or its path was altered.`);
    if (told[at] !== `row=${row.seq} ${hash}`) throw new Altered("The rows it shows are not those that the receipt was signed for.");
    rows.push(row);
  }
  if (!rows.length || rows.length !== told.length || rows[0].kind !== "gift") throw new Altered("The rows it shows are not those that the receipt was signed for.");
  if (said.books !== point.origin) throw new Altered(`The receipt is of ${said.books} and its checkpoint of ${point.origin}.`);
  const words = { refund: "taken back", dispute: "taken back", failure: "taken back", won: "came back", bounced: "came back" };
  const back = rows.slice(1).filter((row) => Object.hasOwn(words, row.kind));
  const after = back.map((row) => `; ${money(row.amount_minor, row.currency)} ${words[row.kind]} as ${row.kind} in row ${row.seq}`).join("");
  return `Receipt ${said.number}: ${said.given} given to “${said.campaign}” is in the books of ${point.origin} as row ${rows[0].seq} of ${rows[0].dated}, under the checkpoint of ${point.day} over ${point.size} rows${after}.`;
}

async function checkStatement(text, keys) {
  const end = text.lastIndexOf('\n{"signed":') + 1;
  if (end < 1) throw new Altered("Its last line, the signature, is missing.");
  const body = text.slice(0, end);
  const note = await openNote(JSON.parse(text.slice(end)).signed, keys);
  if (note.text !== `${STATEMENT}\n${hex(await sha256(bytesOf(body)))}\n`) throw new Altered("It is not the file that was signed.");
  const [first, ...lines] = body.slice(0, -1).split("\n");
  const header = JSON.parse(first);
  const point = readCheckpoint((await openNote(header.checkpoint, keys)).text);
  let tree = new Tree();
  if (header.before) {
    const before = readCheckpoint((await openNote(header.before, keys)).text);
    tree = new Tree(before.size, header.peaks.map(unhex));
    const peaks = before.size.toString(2).replaceAll("0", "").length;
    if (peaks !== header.peaks.length || !same(await tree.root(), before.root)) throw new Altered(`What it goes on from is not what was signed on ${before.day}.`);
  } else if (header.peaks.length || Object.values(header.accounts).some((account) => account.opening_minor)) {
    throw new Altered("It begins with row 1, and an account does not open at zero.");
  }
  const balances = Object.fromEntries(Object.entries(header.accounts).map(([code, account]) => [code, BigInt(account.opening_minor)]));
  for (const line of lines) {
    const row = JSON.parse(line);
    if (row.seq !== tree.size + 1) throw new Altered(`After row ${tree.size} comes row ${row.seq}: lines were dropped, put in or moved.`);
    await tree.add(await leafHash(lineOf(row)));
    balances[row.debit] -= BigInt(row.amount_minor);
    balances[row.credit] += BigInt(row.amount_minor);
  }
  if (tree.size !== point.size || !same(await tree.root(), point.root)) throw new Altered(`Its lines do not lead to what was signed for ${header.month}: one of them was altered.`);
  if (point.day.slice(0, 7) !== header.month) throw new Altered(`It says that it is of ${header.month}, and its checkpoint is of ${point.day}.`);
  for (const [code, balance] of Object.entries(balances)) {
    if (balance !== BigInt(header.accounts[code].closing_minor)) throw new Altered(`The account ${code} should close at ${balance} and is said to close at ${header.accounts[code].closing_minor}.`);
  }
  return `The statement of ${header.month} of ${point.origin} holds ${lines.length} rows: every line, opening and closing balance follows from the checkpoints.`;
}

async function checkPaper(text, keys) {
  if (text.startsWith(`{"form":"${STATEMENT}"`)) return checkStatement(text, keys);
  if (text.trimStart().startsWith("{")) {
    const paper = JSON.parse(text);
    if (paper.form === RECEIPT) return checkReceipt(paper, keys);
  } else if (text.includes("\n\n— ")) {
    const { text: said, signed } = await openNote(text, keys);
    const point = readCheckpoint(said);
    return `The checkpoint of ${point.day} of ${point.origin}, over ${point.size} rows, is signed by ${signed.join(" and ")}.`;
  }
  throw new Unread("This is no receipt proof (.json), checkpoint (.txt) or statement (.jsonl).");
}

const form = document.getElementById("verify");
const found = document.getElementById("found");

function say(state, sentence) {
  found.dataset.state = state;
  found.textContent = `${found.dataset[state]} ${sentence}`;
}

form.hidden = false;
form.addEventListener("submit", async (event) => {
  event.preventDefault();
  found.textContent = "";
  try {
    const file = document.getElementById("paper").files[0];
    if (!file) throw new Unread("Choose the file first.");
    const lines = document.getElementById("key").value.split("\n").map((line) => line.trim());
    const keys = await Promise.all(lines.filter((line) => line).map(readKey));
    if (!keys.length) throw new Unread("Put in the key that you trust.");
    say("holds", await checkPaper(await file.text(), keys));
  } catch (error) {
    if (error instanceof Unread) say("unread", error.message);
    else say("altered", error instanceof Altered ? error.message : `A part of it is missing or cannot be read (${error.message}).`);
  }
});
