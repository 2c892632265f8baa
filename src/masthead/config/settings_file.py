"""Writing masthead.toml: every key, what it means, and what it is unless set."""

import json
from collections.abc import Mapping

from masthead.config.env import Env

HEAD = """\
# The settings of this newsroom. A line that begins with # is not read: take the # away to set that key.
# An environment variable wins over a line here: MASTHEAD_NAME over name, DATABASE_URL over database_url.
# A key that does not exist or a value that cannot be is refused at the start, in one sentence.
"""
NOT_IN_FILE = frozenset({"data", "secret_key", "protected_key"})


def write_settings(values: Mapping[str, str]) -> str:
    """Return the text of a masthead.toml that sets `values` and explains every other key."""
    parts = [HEAD]
    for key, field in sorted(Env.model_fields.items(), key=lambda item: item[0].startswith("cdn_")):  # few have one: it comes last
        if key in NOT_IN_FILE:
            continue
        value = values.get(key)
        line = f"{key} = {_toml(value)}" if value else f"# {key} = {_toml(field.default)}"
        parts.append(f"\n# {field.description}\n{line}\n")
    return "".join(parts)


def _toml(value: object) -> str:
    """Return a string, number or truth value as TOML writes it (a JSON string is a TOML basic string)."""
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
