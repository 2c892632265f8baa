"""Requests that nobody in good faith makes: addresses, and headers, that caches elsewhere were led astray by."""

TARGETS = [
    b"/story/", b"/feed/", b"/old/", b"//story/", b"///story/", b"/story//", b"/./story/", b"/x/../story/", b"/%2e%2e/story/", b"/story/%2e%2e/", b"/../../etc/passwd",
    b"/..%2fstory/", b"/..;/story/", b"/\\story/", b"/%5cstory/", b"/%73tory/", b"/s%74ory/", b"/STORY/", b"/Story/", b"/story", b"story/", b"/story/index.html",
    b"/story/\x00", b"/story/%00", b"/\x00story/", b"/story/\xff", b"/story/%ff", b"/st\xc3\xb6ry/", b"/story/\t", b"/story/ ", b" /story/", b"/story/\r\nX: y",
    b"/story/#x", b"/story/;x=1", b"/story/?", b"/story/?x", b"/story/?x=1&y=2", b"/story/?utm_source=x", b"/story/?utm_source=x&callback=evil", b"/story/?utm_source=<script>",
    b"/story/??", b"/story/?/story/", b"/story/%3fx=1", b"/story/&x=1", b"/?story/", b"?", b"#", b"*", b"", b"/", b"//", b"http://paper.example/story/",
    b"http://evil.example/story/", b"HTTP://PAPER.EXAMPLE/story/", b"https://paper.example:443/story/", b"//evil.example/story/", b"/http://evil.example/", b"evil.example:80",
    b"javascript:alert(1)", b"/story/" + b"a" * 10_000, b"/" + b"../" * 3_000, b"/story/?" + b"utm_source=a&" * 2_000, b"/story/%", b"/story/%zz", b"/story/%u0041",
]  # fmt: skip
HEADERS = [
    [(b"x-forwarded-host", b"evil.example")], [(b"x-forwarded-proto", b"http")], [(b"x-forwarded-for", b"127.0.0.1")], [(b"x-forwarded-port", b"1337")],
    [(b"x-forwarded-prefix", b"/evil")], [(b"x-forwarded-scheme", b"nothttps")], [(b"forwarded", b"host=evil.example;proto=http")], [(b"x-host", b"evil.example")],
    [(b"x-original-url", b"/feed/")], [(b"x-rewrite-url", b"/feed/")], [(b"x-http-method-override", b"POST")], [(b"x-method-override", b"HEAD")], [(b"host", b"evil.example")],
    [(b"accept-encoding", b"gzip")], [(b"accept-encoding", b"br;q=1, gzip;q=0")], [(b"accept-encoding", b"*;q=0")], [(b"accept-encoding", b"\x00\xff")],
    [(b"accept-encoding", b"gzip, " * 5_000)], [(b"accept-encoding", b"gzip"), (b"accept-encoding", b"br")], [(b"accept-language", b"de")], [(b"accept", b"application/json")],
    [(b"user-agent", b"<script>alert(1)</script>")], [(b"referer", b"http://evil.example/")], [(b"origin", b"http://evil.example")], [(b"cookie", b"a=" + b"b" * 60_000)],
    [(b"cookie", b"sessionid=stolen")], [(b"cookie", b"lang=de; theme=dark")], [(b"authorization", b"Basic YTpi")], [(b"range", b"bytes=0-10")], [(b"range", b"bytes=10-,20-30")],
    [(b"if-none-match", b"*")], [(b"if-none-match", b'"x", W/"y"' * 1_000)], [(b"if-none-match", b"\xff\x00")], [(b"if-modified-since", b"Tue, 19 Jan 2038 03:14:07 GMT")],
    [(b"if-modified-since", b"x" * 60_000)], [(b"if-range", b'"x"')], [(b"cache-control", b"no-store, max-age=0")], [(b"pragma", b"no-cache")], [(b"content-length", b"0")],
    [(b"content-length", b"10")], [(b"content-length", b"-1")], [(b"transfer-encoding", b"chunked")], [(b"transfer-encoding", b"identity")], [(b"connection", b"host, upgrade")],
    [(b"upgrade", b"h2c")], [(b"te", b"trailers")], [(b"via", b"1.1 evil")], [(b"surrogate-capability", b"x=ESI/1.0")], [(b"x" * 60_000, b"y")], [(b"", b"")], [(b"host ", b"evil.example")],
]  # fmt: skip
