"""One accent, chosen by the newsroom, made readable on paper and on ink.

Contrast is WCAG 2.2's (w3.org/TR/WCAG22/#dfn-contrast-ratio). An accent carries small text, so it must reach 4.5
to 1 against the page; where the chosen colour does not, it is mixed with black (or white, in the dark) until it does.
"""

PAPER = "ffffff"
INK = "121212"
READABLE = 5.0  # a little above AA's 4.5, because hairlines and hover tints eat some of it


def accent_css(colour: str) -> str:
    """Return the style sheet that sets `colour` (six hexadecimal digits) as the accent, for light and dark."""
    light, dark = readable(colour, on=PAPER, towards="000000"), readable(colour, on=INK, towards="ffffff")
    return f":root{{--accent-light:#{light};--accent-dark:#{dark}}}"


def readable(colour: str, *, on: str, towards: str) -> str:
    """Return `colour`, mixed with `towards` in steps of 5 % until text in it can be read `on` that ground."""
    for step in range(21):
        mixed = _mix(colour, towards, step * 5)
        if contrast(mixed, on) >= READABLE:
            return mixed
    return towards


def contrast(one: str, other: str) -> float:
    """Return WCAG's contrast ratio of two colours, from 1 to 21."""
    high, low = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def _channels(colour: str) -> tuple[int, ...]:
    return tuple(bytes.fromhex(colour))


def _mix(colour: str, towards: str, percent: int) -> str:
    return bytes((a * (100 - percent) + b * percent) // 100 for a, b in zip(_channels(colour), _channels(towards), strict=True)).hex()


def _luminance(colour: str) -> float:
    linear = [_linear(channel / 255) for channel in _channels(colour)]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def _linear(channel: float) -> float:
    threshold = 0.04045
    return channel / 12.92 if channel <= threshold else ((channel + 0.055) / 1.055) ** 2.4
