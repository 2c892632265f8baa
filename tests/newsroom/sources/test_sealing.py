"""The box itself: nothing to read, nothing to measure, nothing to swap; and the key it opens with."""

import base64
import stat
import threading
import traceback
import uuid
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from masthead.newsroom.sources.protected import keys, sealing
from masthead.newsroom.sources.protected.box import Box

pytestmark = pytest.mark.live

KEY = bytes(range(32))
ROW = uuid.UUID(int=7).bytes


@given(st.binary(max_size=5000))
def test_what_is_sealed_opens_as_it_was(text):
    assert sealing.unseal(sealing.seal(text, key=KEY, row=ROW), key=KEY, row=ROW) == text


@given(st.binary(max_size=4092))
def test_a_box_tells_nothing_by_its_length_and_is_never_the_same_twice(text):
    one, other = sealing.seal(text, key=KEY, row=ROW), sealing.seal(text, key=KEY, row=ROW)
    assert len(one) == len(other) == 1 + 12 + 4096 + 16
    assert one != other


def test_the_largest_box_is_full_to_the_byte():
    assert len(sealing.unseal(sealing.seal(b"x" * sealing.MOST, key=KEY, row=ROW), key=KEY, row=ROW)) == sealing.MOST
    with pytest.raises(sealing.TooMuch):
        sealing.seal(b"x" * (sealing.MOST + 1), key=KEY, row=ROW)


@given(st.data())
def test_another_key_another_row_and_altered_bytes_do_not_open(data):
    sealed = sealing.seal(b"name", key=KEY, row=ROW)
    place = data.draw(st.integers(0, len(sealed) - 1))
    altered = sealed[:place] + bytes([sealed[place] ^ data.draw(st.integers(1, 255))]) + sealed[place + 1 :]
    for wrong in ({"sealed": altered}, {"key": KEY[::-1]}, {"row": uuid.UUID(int=8).bytes}, {"sealed": sealed[:-1]}, {"sealed": b""}):
        with pytest.raises(sealing.NotOpened):
            sealing.unseal(**({"sealed": sealed, "key": KEY, "row": ROW} | wrong))


def test_a_box_shows_nothing_in_a_shell_or_traceback():
    name = "".join(("Zorv", "andia"))  # noqa: FLY002 - a traceback shows the lines of this test
    box = Box(called="the nurse", name=name, creator=1)
    assert name not in f"{box} {box!r} {[box]}"
    with pytest.raises(ValueError) as refused:
        Box.model_validate({"called": "x", "name": name * 100, "creator": 1})
    assert name not in "".join(traceback.format_exception(refused.value))


@pytest.fixture
def folder(tmp_path, settings):
    settings.ENV = SimpleNamespace(data=tmp_path, protected_key="")
    return tmp_path


def test_the_key_is_made_once_for_its_owner_alone(folder):
    with pytest.raises(keys.NoKey, match="missing"):
        keys.data_key()
    key = keys.data_key(make=True)
    assert keys.data_key(make=True) == keys.data_key() == key
    assert len(key) == 32
    assert stat.S_IMODE((folder / "protected.key").stat().st_mode) == 0o600
    assert [path.name for path in folder.iterdir()] == ["protected.key"]


def test_two_who_make_it_at_once_get_the_same(folder):
    found = []
    threads = [threading.Thread(target=lambda: found.append(keys.data_key(make=True))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 8
    assert len(set(found)) == 1


@pytest.mark.parametrize("text", ["", "no key", base64.b64encode(b"short").decode(), "\xff"])
def test_what_is_no_key_is_refused_without_being_replaced(folder, text):
    (folder / "protected.key").write_bytes(text.encode("latin-1"))
    with pytest.raises(keys.NoKey):
        keys.data_key(make=True)
    assert (folder / "protected.key").read_bytes() == text.encode("latin-1")


def test_the_setting_wins_over_the_file(folder, settings):
    keys.data_key(make=True)
    settings.ENV = SimpleNamespace(data=folder, protected_key=base64.b64encode(KEY).decode())
    assert keys.data_key() == KEY


def test_the_settings_show_no_secret_where_they_are_printed():
    from masthead.config.env import Env

    env = Env(
        data=".", secret_key="s" * 50, protected_key=base64.b64encode(KEY).decode(), database_url="postgresql://u:hush@h/n", mail_url="smtp://u:hush@h:25"
    )
    assert not any(secret in repr(env) for secret in ("sss", base64.b64encode(KEY).decode(), "hush"))
