"""What a merge leaves behind in revisions: keys of rows that stand for another now. Held in one place for whatever reads a revision."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.apps import apps


def standing(model: str, keys: Iterable[Any]) -> dict[int, int]:
    """Return for each row of `model` (“Party”, “SourceDocument”) among `keys` the key it stands for now; one query.

    A row that does not exist is left out. A merge re-points what was merged before, so one step is enough.
    """
    wanted = {key for key in keys if key}
    if not wanted:
        return {}
    rows = apps.get_model("sources", model)._default_manager.filter(pk__in=wanted)  # noqa: SLF001 - Django's own documented name
    return {key: merged_into or key for key, merged_into in rows.values_list("pk", "merged_into_id")}


class Mergeable:
    """Mixed into parties and documents: an old revision of one is read with what was merged since."""

    def with_content_json(self: Any, content: Mapping[str, Any]) -> Any:
        """Return the row as `content` has it, naming the parties that stand today; that it is merged itself is no matter of a revision."""
        positions = content.get("positions") or []
        known = standing("Party", [content.get(name) for name in PARTIES] + [row.get("organisation") for row in positions])
        read = dict(content) | {name: known.get(content[name]) for name in PARTIES if name in content}
        if positions:
            read["positions"] = [row | {"organisation": known.get(row.get("organisation"))} for row in positions]
        read["merged_into"] = self.merged_into_id
        return super().with_content_json(read)  # type: ignore[misc]


PARTIES = ("belongs_to", "publisher", "author")  # fields that name a party, on either
