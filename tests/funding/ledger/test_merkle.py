"""The tree over the books, held to RFC 6962 and to itself."""

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from masthead.funding.ledger import merkle

leaves = st.lists(st.binary(max_size=8), min_size=1, max_size=70)


def by_definition(hashes):
    """Return the root as RFC 6962, section 2.1 writes it down, recursively."""
    if not hashes:
        return hashlib.sha256(b"").digest()
    if len(hashes) == 1:
        return hashes[0]
    half = 1 << (len(hashes) - 1).bit_length() - 1
    return hashlib.sha256(b"\x01" + by_definition(hashes[:half]) + by_definition(hashes[half:])).digest()


def test_the_known_roots():
    """Hold the tree to roots computed by other implementations of RFC 6962 over these seven leaves."""
    data = ["", "00", "10", "2021", "3031", "40414243", "5051525354555657"]
    hashes = [merkle.leaf_hash(bytes.fromhex(leaf)) for leaf in data]
    assert merkle.root_of([]).hex() == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    assert merkle.root_of(hashes[:1]).hex() == "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d"
    assert merkle.root_of(hashes[:2]).hex() == "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125"
    assert merkle.root_of(hashes[:3]).hex() == "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77"
    assert merkle.root_of(hashes).hex() == "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c"


@given(leaves)
def test_the_root_is_that_of_the_definition(data):
    hashes = [merkle.leaf_hash(leaf) for leaf in data]
    assert merkle.root_of(hashes) == by_definition(hashes)


@given(leaves, st.data())
def test_every_leaf_is_proved_and_nothing_else(data, draw):
    hashes = [merkle.leaf_hash(leaf) for leaf in data]
    index = draw.draw(st.integers(0, len(hashes) - 1))
    path, root = merkle.inclusion_proof(hashes, index), merkle.root_of(hashes)
    assert merkle.root_from_inclusion(hashes[index], index=index, size=len(hashes), path=path) == root
    assert merkle.root_from_inclusion(merkle.leaf_hash(b"another leaf"), index=index, size=len(hashes), path=path) != root
    if path:
        assert merkle.root_from_inclusion(hashes[index], index=index, size=len(hashes), path=path[:-1]) is None
        altered = [bytes([path[0][0] ^ 1]) + path[0][1:], *path[1:]]
        assert merkle.root_from_inclusion(hashes[index], index=index, size=len(hashes), path=altered) != root
    assert merkle.root_from_inclusion(hashes[index], index=index, size=len(hashes), path=[*path, root]) is None


@given(leaves, st.data())
def test_an_earlier_tree_is_proved_to_be_the_beginning(data, draw):
    hashes = [merkle.leaf_hash(leaf) for leaf in data]
    old = draw.draw(st.integers(1, len(hashes)))
    path = merkle.consistency_proof(hashes, old)
    claim = {"old_size": old, "old_root": merkle.root_of(hashes[:old]), "size": len(hashes), "root": merkle.root_of(hashes)}
    assert merkle.is_consistent(**claim, path=path)
    assert not merkle.is_consistent(**(claim | {"old_root": merkle.leaf_hash(b"rewritten")}), path=path)
    if old < len(hashes):
        assert not merkle.is_consistent(**(claim | {"root": merkle.leaf_hash(b"rewritten")}), path=path)


@pytest.mark.parametrize("index", [-1, 3])
def test_a_leaf_that_is_not_there_has_no_proof(index):
    with pytest.raises(IndexError, match="no leaf"):
        merkle.inclusion_proof([b"a", b"b", b"c"], index)
    assert merkle.root_from_inclusion(b"a", index=index, size=3, path=[]) is None


def test_a_tree_that_is_not_there_has_no_proof():
    with pytest.raises(IndexError, match="no tree of 4"):
        merkle.consistency_proof([b"a", b"b", b"c"], 4)
