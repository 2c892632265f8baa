"""What a client says it reads: Accept-Encoding, with its weights (RFC 9110, 12.5.3)."""

import re

IDENTITY = "identity"
CODINGS = (IDENTITY, "gzip", "br", "zstd")
OTHER_NAMES = {"x-gzip": "gzip"}
ITEM = re.compile(r"[ \t]*([A-Za-z0-9!#$%&'*+.^_`|~-]+)[ \t]*(?:;[ \t]*[qQ]=(0(?:\.[0-9]{0,3})?|1(?:\.0{0,3})?)[ \t]*)?")
KEPT = 512  # headers remembered; there are a few dozen in the world, and whoever sends others costs some microseconds

# The codings a client takes, in groups of equal weight, the best first.
Preference = tuple[frozenset[str], ...]
PLAIN: Preference = (frozenset({IDENTITY}),)


class Accepting:
    """Reads Accept-Encoding headers, and remembers the usual ones."""

    def __init__(self) -> None:
        """Remember nothing yet."""
        self._known: dict[bytes, Preference] = {}

    def __call__(self, header: bytes | None) -> Preference:
        """Return what a header asks for; without one, a page as it is."""
        if header is None:
            return PLAIN
        found = self._known.get(header)
        if found is None:
            found = preference(header.decode("latin-1"))
            if len(self._known) >= KEPT:
                self._known.clear()
            if len(header) <= KEPT:
                self._known[header] = found
        return found


def preference(header: str) -> Preference:
    """Return the codings that `header` allows. One that is not named is refused unless "*" stands for it, but for identity: that goes last. Nonsense is passed over."""
    weights: dict[str, float] = {}
    for item in header.split(","):
        read = ITEM.fullmatch(item)
        if read is not None:
            name = read[1].lower()
            weights.setdefault(OTHER_NAMES.get(name, name), float(read[2] or 1))
    rest = weights.get("*", 0.0)
    given = {coding: weights.get(coding, rest) for coding in CODINGS}
    if IDENTITY not in weights and "*" not in weights:
        given[IDENTITY] = 0.000_1  # below every weight that can be written
    return tuple(frozenset(name for name in given if given[name] == weight) for weight in sorted(set(given.values()) - {0.0}, reverse=True))


def chosen(wanted: Preference, available: tuple[str, ...]) -> str | None:
    """Return the coding to send, of those `available`, the smallest first; None where the client takes none of them."""
    return next((coding for group in wanted for coding in available if coding in group), None)
