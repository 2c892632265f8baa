"""Decisions about pictures, pure."""


def lacks(*, credit_line: str, description: str, decorative: bool) -> tuple[str, ...]:
    """Return in words what keeps a picture from being published; empty where nothing does."""
    missing = ["no credit"] if not credit_line.strip() else []
    if not decorative and not description.strip():
        missing.append("no alternative text")
    return tuple(missing)
