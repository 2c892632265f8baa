"""The folder of old files: found by old address, never outside."""

import os

import pytest
from hypothesis import given
from hypothesis import strategies as st

from masthead.moving.media import MediaFolder, NoMediaFolder, original_name, safe_parts


@pytest.fixture
def uploads(tmp_path):
    folder = tmp_path / "uploads"
    for name in ("2019/03/quay.jpg", "2020/01/quay.jpg", "2019/03/only.png", "2019/03/only-300x200.png", "2019/03/café au lait.jpg", "top.jpg"):
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(name)
    (tmp_path / "secret.jpg").write_text("secret")
    return folder


@pytest.mark.parametrize(
    ("address", "name"),
    [
        ("https://o.example/wp-content/uploads/2019/03/quay.jpg", "2019/03/quay.jpg"),
        ("https://o.example/wp-content/uploads/2020/01/quay-1024x683.jpg", "2020/01/quay.jpg"),
        ("https://o.example/wp-content/uploads/2019/03/quay-scaled.jpg?w=300", "2019/03/quay.jpg"),
        ("2019/03/quay-e1700000000000.jpg", "2019/03/quay.jpg"),
        ("https://cdn.example/x/y/only.png", "2019/03/only.png"),
        ("https://cdn.example/x/only-150x150.png", "2019/03/only.png"),
        ("https://o.example/wp-content/uploads/2019/03/caf%C3%A9%20au%20lait.jpg", "2019/03/café au lait.jpg"),
        ("./2019/03/quay.jpg", "2019/03/quay.jpg"),
    ],
)
def test_a_file_is_found_by_its_old_address(uploads, address, name):
    assert MediaFolder(uploads).find(address).read_text() == name


def test_a_name_that_two_files_have_is_not_guessed(uploads):
    assert MediaFolder(uploads).find("https://elsewhere.example/quay.jpg") is None


@pytest.mark.parametrize(
    "address",
    [
        "../secret.jpg",
        "/../secret.jpg",
        "%2e%2e/secret.jpg",
        "..%2fsecret.jpg",
        "2019/../../secret.jpg",
        "..\\secret.jpg",
        "a\0b.jpg",
        "http://[bad",
        "/etc/passwd",
        "file:///etc/passwd",
    ],
)
def test_no_address_leads_outside(uploads, address):
    folder = MediaFolder(uploads)
    assert folder.find(address) is None
    assert folder.at(address) is None


def test_a_link_to_the_outside_is_not_followed(uploads):
    (uploads / "link.jpg").symlink_to(uploads.parent / "secret.jpg")
    (uploads / "folder").symlink_to(uploads.parent)
    folder = MediaFolder(uploads)
    assert folder.find("link.jpg") is None
    assert folder.find("folder/secret.jpg") is None


def test_what_is_no_regular_file_is_none(uploads):
    os.mkfifo(uploads / "pipe.jpg")
    assert MediaFolder(uploads).find("pipe.jpg") is None
    assert MediaFolder(uploads).find("2019/03") is None


def test_no_folder_finds_nothing_and_a_wrong_one_is_named(tmp_path):
    assert MediaFolder(None).find("a.jpg") is None
    with pytest.raises(NoMediaFolder, match="no folder"):
        MediaFolder(tmp_path / "nowhere")


@given(st.text(max_size=120))
def test_any_address_is_safe(address):
    parts = safe_parts(address)
    assert ".." not in parts
    assert not any("/" in part or "\\" in part or "\0" in part for part in parts)


def test_names_of_derived_files():
    assert original_name("a-300x188.jpg") == "a.jpg"
    assert original_name("a-scaled-e1700000000000.jpg") == "a.jpg"
    assert original_name("covid-19.jpg") == "covid-19.jpg"
    assert original_name("-300x188.jpg") == "-300x188.jpg"
