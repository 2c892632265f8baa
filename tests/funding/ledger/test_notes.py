"""Signed notes: what was signed is believed, what was altered is named."""

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from masthead.funding.ledger import notes

SIGNER = notes.Signer(name="news.example/books", private_key=bytes(range(32)))
OTHER = notes.Signer(name="council.example", private_key=bytes(range(1, 33)))
ROOT = bytes(32)
CHECKPOINT = notes.Checkpoint(origin="news.example/books", size=12, root=ROOT, more=("2026-11-22",))


def test_a_checkpoint_goes_through_text_and_signature():
    note = notes.sign(CHECKPOINT.text(), [SIGNER])
    text, signed = notes.open_note(note, [SIGNER.verifier])
    assert notes.read_checkpoint(text) == CHECKPOINT
    assert signed == [SIGNER.verifier]
    assert note.startswith(f"news.example/books\n12\n{base64.b64encode(ROOT).decode()}\n2026-11-22\n\n— news.example/books ")


def test_the_published_example_verifies():
    """Hold the format to the example of the Go package that signed notes come from (golang.org/x/mod/sumdb/note)."""
    key = notes.read_verifier("PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW")
    text = "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n"
    note = text + "\n— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n"
    assert notes.open_note(note, [key]) == (text, [key])


def test_a_key_goes_through_its_own_words():
    assert notes.read_verifier(str(SIGNER.verifier)) == SIGNER.verifier


@pytest.mark.parametrize("text", ["", "name", "name+00000000+AAAA", "name+zz+", str(SIGNER.verifier).replace("news", "fake")])
def test_what_is_no_key_is_refused(text):
    with pytest.raises(notes.NoteRefused):
        notes.read_verifier(text)


@given(st.data())
def test_any_altered_byte_of_text_or_signature_is_found(draw):
    note = notes.sign(CHECKPOINT.text(), [SIGNER])
    at = draw.draw(st.integers(0, len(note) - 1))
    sign = draw.draw(st.sampled_from("abcXYZ019+/=\n —"))
    altered = note[:at] + sign + note[at + 1 :]
    if altered == note:
        return
    with pytest.raises(notes.NoteRefused):
        notes.open_note(altered, [SIGNER.verifier])


def test_somebody_else_signs_beside_and_again():
    note = notes.cosign(notes.cosign(notes.sign(CHECKPOINT.text(), [SIGNER]), OTHER), OTHER)
    assert note.count("— ") == 2
    assert notes.open_note(note, [SIGNER.verifier, OTHER.verifier])[1] == [SIGNER.verifier, OTHER.verifier]
    with pytest.raises(notes.NoteRefused, match="not signed by any key"):
        notes.open_note(notes.sign(CHECKPOINT.text(), [SIGNER]), [OTHER.verifier])


@pytest.mark.parametrize("text", ["a\n1\n", "\n1\nAAAA\n", "a\n01\n" + base64.b64encode(ROOT).decode() + "\n", "a\n²\nAAAA\n", "a\n1\nAAAA\n"])
def test_what_is_no_checkpoint_is_refused(text):
    with pytest.raises(notes.NoteRefused):
        notes.read_checkpoint(text)


@pytest.mark.parametrize("text", ["no line feed", "a\tb\n", "a\rb\n"])
def test_a_text_that_cannot_be_signed_is_refused(text):
    with pytest.raises(notes.NoteRefused):
        notes.sign(text, [SIGNER])


@given(st.text())
def test_nothing_but_a_refusal_comes_of_other_texts(text):
    with pytest.raises(notes.NoteRefused):
        notes.open_note(text, [SIGNER.verifier])
