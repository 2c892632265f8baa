"""Serialized PHP: plain values are read, objects never made, and no text brings the reader down."""

import contextlib
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from masthead.moving.wordpress.php import PhpError, read_php, read_php_array

scalars = (
    st.none() | st.booleans() | st.integers(-(2**63), 2**63 - 1) | st.floats(allow_nan=False, allow_infinity=False) | st.text(st.characters(codec="utf-8"))
)
values = st.recursive(
    scalars, lambda inner: st.dictionaries(st.integers(0, 99) | st.text(st.characters(codec="utf-8"), max_size=9), inner, max_size=4), max_leaves=20
)


def written(value: object) -> str:
    """Write what PHP's serialize() writes."""
    if value is None:
        return "N;"
    if isinstance(value, bool):
        return f"b:{int(value)};"
    if isinstance(value, int):
        return f"i:{value};"
    if isinstance(value, float):
        return f"d:{value!r};"
    if isinstance(value, str):
        return f's:{len(value.encode())}:"{value}";'
    assert isinstance(value, dict)
    return f"a:{len(value)}:{{{''.join(written(key) + written(inner) for key, inner in value.items())}}}"


@given(values)
def test_what_php_writes_is_read_as_it_was(value):
    assert read_php(written(value)) == value


@given(st.text())
def test_no_text_brings_the_reader_down(text):
    try:
        read_php(text)
    except PhpError:
        assert read_php_array(text) == {}


@given(values, st.integers(0, 200), st.characters())
def test_a_damaged_value_is_refused_or_read_but_never_crashes(value, at, character):
    text = written(value)
    damaged = text[:at] + character + text[at + 1 :]
    with contextlib.suppress(PhpError):  # anything else fails the test
        read_php(damaged)


@pytest.mark.parametrize("text", ['O:8:"stdClass":0:{}', 'a:1:{i:0;O:4:"Evil":1:{s:1:"x";i:1;}}', 'C:3:"Foo":0:{}', "a:2:{i:0;i:1;i:1;R:2;}", 'E:7:"Foo:Bar";'])
def test_objects_and_references_are_refused(text):
    with pytest.raises(PhpError, match="object or a reference"):
        read_php(text)


def test_lengths_count_bytes():
    assert read_php('s:7:"caféé";') == "caféé"
    with pytest.raises(PhpError):
        read_php('s:5:"caféé";')


def test_arrays_may_not_be_bottomless():
    with pytest.raises(PhpError, match="deep"):
        read_php("a:1:{i:0;" * 3000 + "N;" + "}" * 3000)


def test_infinity_is_read():
    assert read_php("d:INF;") == math.inf
