"""Addresses that lead inside are refused whole: as they are written, and by where their names lead."""

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from masthead.kernel.http import PUBLIC, AddressRefused, FetchFailed, NameUnknown, Policy, fetch, is_public, read_target

# Where a request must never go, written in every way that some parser takes for it.
INSIDE = """
http://127.0.0.1/ http://127.1/ http://127.0.1/ http://127.255.255.254/ http://2130706433/ http://0x7f000001/ http://0x7f.0.0.1/ http://0177.0.0.1/
http://017700000001/ http://127.0.0.1./ http://0/ http://0.0.0.0/ http://0x0/ http://00/ http://[::1]/ http://[::]/ http://[0:0:0:0:0:0:0:1]/
http://[::ffff:127.0.0.1]/ http://[::ffff:7f00:1]/ http://[::ffff:8.8.8.8]/ http://[::127.0.0.1]/ http://[64:ff9b::7f00:1]/ http://[64:ff9b::10.0.0.1]/
http://[64:ff9b:1::1]/ http://[2002:7f00:1::]/ http://[2002:a9fe:a9fe::1]/ http://[2001:0:4136:e378:8000:63bf:3fff:fdd2]/ http://[2001:db8::1]/
http://[fe80::1]/ http://[fe80::1%25eth0]/ http://[fec0::1]/ http://[fc00::1]/ http://[fd00:ec2::254]/ http://[fd12:3456:789a::1]/ http://[ff02::1]/
http://[100::1]/ http://[3fff::1]/ http://[5f00::1]/ http://[2001:10::1]/ http://[2001:20::1]/
http://localhost/ http://localhost./ http://LOCALHOST/ http://LocalHost:80/ http://a.localhost/ http://printer.local/ http://metadata.google.internal/
http://router.lan/ http://nas.home.arpa/ http://intranet/ http://db/ http://localhost.localdomain/ http://hidden.onion/
http://10.0.0.1/ http://10.255.255.255/ http://172.16.0.1/ http://172.31.255.255/ http://192.168.0.1/ http://192.168.1.1:80/ http://100.64.0.1/
http://100.100.100.200/ http://169.254.169.254/latest/meta-data/ http://169.254.170.2/ http://168.63.129.16/ http://192.0.0.192/ http://192.0.2.1/
http://198.18.0.1/ http://198.51.100.7/ http://203.0.113.9/ http://192.88.99.1/ http://224.0.0.1/ http://239.255.255.250/ http://240.0.0.1/
http://255.255.255.255/ http://0251.0376.0251.0376/ http://0xa9fea9fe/ http://2852039166/ http://169.254.43518/ http://1.1.1.1.1/ http://256.256.256.256/
http://①②⑦.0.0.1/ http://127。0。0。1/ http://１２７.0.0.1/ http://ⓛⓞⓒⓐⓛⓗⓞⓢⓣ/ http://locaⅼhost/ http://%6c%6f%63%61%6c%68%6f%73%74/ http://127.0.0.1%2f.example/
http://127.0.0.1%00.example/ http://user@127.0.0.1/ http://news.example@127.0.0.1/ http://news.example:pass@news.example/ http://@news.example/
http://news.example\\@127.0.0.1/ http:\\\\127.0.0.1/ http://127.0.0.1\\.news.example/ http://news.example:22/ http://news.example:6379/ http://news.example:8080/
http://news.example:0/ http://news.example:65536/ http://news.example:-1/ http://news.example:80:80/ http://:80/ http:/// http:// https://
file:///etc/passwd ftp://news.example/ gopher://127.0.0.1:6379/_INFO dict://127.0.0.1:11211/ ldap://news.example/ jar:http://news.example!/ data:text/html,hi
javascript:alert(1) blob:http://news.example/x about:blank ws://news.example/ news.example //news.example/ /etc/passwd http:news.example http:/news.example
http://[::1 http://::1/ http://[news.example]/ http://[127.0.0.1]/ http://[v1.x]/ http://-news.example/ http://news..example/ http://.example/
""".split()  # noqa: SIM905  a list to read
WRITTEN_TO_DECEIVE = [
    "http://news.example/\r\nHost: 127.0.0.1",
    "http://news.exa\nmple/",
    "http://127.0.\t0.1/",
    "http://news.example/a\x00b",
    "http://news.example /",
    "http://127.0.0.1\u2028.example/",
    "http://" + "a" * 5000,
    "http://" + "a" * 64 + ".example/",
    "",
    "   ",
]
PUBLIC_ONES = ["1.1.1.1", "8.8.8.8", "93.184.215.14", "172.15.255.255", "172.32.0.1", "100.63.255.255", "100.128.0.1", "2606:4700::1111", "64:ff9b::808:808"]


@pytest.mark.parametrize("url", [*INSIDE, *WRITTEN_TO_DECEIVE], ids=lambda url: repr(url[:50]))
def test_an_address_that_leads_inside_is_refused_before_anybody_is_asked(url: str, monkeypatch):
    asked = []
    monkeypatch.setattr("socket.create_connection", lambda *words, **_: asked.append(words))
    with pytest.raises(AddressRefused) as refused:
        fetch(url)
    assert asked == []
    assert str(refused.value).endswith(".")
    assert len(str(refused.value)) < 400


def test_the_list_is_long_enough():
    assert len(INSIDE) + len(WRITTEN_TO_DECEIVE) >= 140


@pytest.mark.parametrize(
    "address",
    """127.0.0.1 10.0.0.1 172.20.1.1 192.168.1.1 169.254.169.254 100.64.1.1 0.0.0.0 224.0.0.251 255.255.255.255
    ::1 :: ::ffff:10.0.0.1 fe80::1 fe80::1%eth0 fd00::1 2002:a00:1::1 nonsense""".split(),  # noqa: SIM905  a list to read
)
def test_a_name_that_leads_inside_is_refused_also_where_it_leads_outside_too(address: str, monkeypatch):
    asked = []
    monkeypatch.setattr("socket.create_connection", lambda *words, **_: asked.append(words))
    with pytest.raises(AddressRefused, match="leads to"):
        fetch("https://news.example/", policy=Policy(resolve=lambda *_: ["93.184.215.14", address]))
    assert asked == []


@pytest.mark.parametrize("address", PUBLIC_ONES)
def test_what_is_public_may_be_asked(address: str):
    assert is_public(address)


def test_the_connection_goes_to_the_address_that_was_checked(monkeypatch):
    """A name that means something else at the second look-up changes nothing: there is no second look-up."""
    looked_up, asked = [], []

    def resolve(host: str, port: int, seconds: float) -> list[str]:
        looked_up.append(host)
        return ["93.184.215.14"] if len(looked_up) == 1 else ["127.0.0.1"]

    def connect(address: tuple[str, int], timeout: float) -> None:
        asked.append(address)
        raise OSError

    monkeypatch.setattr("socket.create_connection", connect)
    with pytest.raises(FetchFailed):
        fetch("http://rebinding.example/", policy=Policy(resolve=resolve))
    assert (looked_up, asked) == (["rebinding.example"], [("93.184.215.14", 80)])


@pytest.mark.parametrize(
    ("typed", "asked_for"),
    [
        ("https://news.example", "https://news.example/"),
        (" https://News.Example./a b?q=ä#part\n", "https://news.example/a%20b?q=%C3%A4"),
        ("https://müller.example/straße%20x", "https://xn--mller-kva.example/stra%C3%9Fe%20x"),
        ("http://news.example:443/", "http://news.example:443/"),
        ("https://news.example:443/", "https://news.example/"),
        ("https://news.example?q=1", "https://news.example/?q=1"),
        ("http://1.1.1.1/", "http://1.1.1.1/"),
        ("http://[2606:4700::1111]/", "http://[2606:4700::1111]/"),
        ("HTTPS://news.example/%2e%2e/x", "https://news.example/%2e%2e/x"),
    ],
)
def test_an_address_on_the_web_is_asked_for_as_browsers_do(typed: str, asked_for: str):
    assert read_target(typed).url == asked_for


@given(st.text(max_size=60))
def test_any_text_is_an_address_or_is_refused(text: str):
    for url in (text, f"http://{text}", f"http://{text}/", f"https://news.example/{text}"):
        with contextlib.suppress(AddressRefused):
            target = read_target(url)
            assert target.url.isascii()
            assert target.url.isprintable()
            assert " " not in target.url
            assert read_target(target.url) == target


def test_names_are_looked_up_by_this_machine_s_resolver():
    with pytest.raises(NameUnknown, match=r"no server named nowhere\.example"):
        PUBLIC.addresses(read_target("https://nowhere.example/"), 5)
