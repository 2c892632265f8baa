"""Whether JSON-LD keeps to schema.org's vocabulary: each type known, each property in its domain, each value in its range."""

import json
from pathlib import Path
from typing import Any

TEXTS = {"Text", "URL", "CssSelectorType", "XPathType", "PronounceableText"}
DATES = {"Date", "DateTime", "Time"}
NUMBERS = {"Number", "Integer", "Float"}


class Vocabulary:
    """The classes and properties of one release, read from its JSON-LD file."""

    def __init__(self, path: Path) -> None:
        graph = json.loads(path.read_text(encoding="utf-8"))["@graph"]
        self.parents: dict[str, set[str]] = {}
        self.domains: dict[str, set[str]] = {}
        self.ranges: dict[str, set[str]] = {}
        for node in graph:
            name = node["@id"].removeprefix("schema:")
            kinds = node["@type"] if isinstance(node["@type"], list) else [node["@type"]]
            if "rdf:Property" in kinds:
                self.domains[name], self.ranges[name] = _ids(node.get("schema:domainIncludes")), _ids(node.get("schema:rangeIncludes"))
            elif "rdfs:Class" in kinds:
                self.parents[name] = _ids(node.get("rdfs:subClassOf"))

    def above(self, name: str) -> set[str]:
        """Return a class and all that it is a kind of."""
        return {name}.union(*(self.above(parent) for parent in self.parents.get(name, ())))

    def faults(self, value: Any, where: str = "") -> list[str]:
        """Return what is wrong with a node and with those inside it."""
        if isinstance(value, list):
            return [fault for number, item in enumerate(value) for fault in self.faults(item, f"{where}[{number}]")]
        if not isinstance(value, dict):
            return []
        kind = value.get("@type", "")
        if kind not in self.parents:
            return [f"{where}: {kind or 'nothing'} is no type"]
        found = []
        for name, inner in value.items():
            if name.startswith("@"):
                continue
            here = f"{where}.{name}"
            if not self.domains.get(name, set()) & self.above(kind):
                found.append(f"{here}: {kind} has no such property")
            items = inner if isinstance(inner, list) else [inner]
            found += [f"{here}: {item.get('@type') if isinstance(item, dict) else item} is out of range" for item in items if not self.takes(name, item)]
            found += self.faults(inner, here)
        return found

    def takes(self, name: str, item: Any) -> bool:
        """Say whether a property may hold `item`: a kind of what it ranges over, or a text, date, number or truth where it allows one."""
        allowed = self.ranges.get(name, set())
        if isinstance(item, dict):
            return bool(self.above(item.get("@type", "")) & allowed)
        if isinstance(item, bool):
            return "Boolean" in allowed
        if isinstance(item, int | float):
            return bool(allowed & NUMBERS)
        return bool(allowed & (TEXTS | DATES | {"Thing"})) or any("WebPage" in self.above(one) or one == "CreativeWork" for one in allowed)


def _ids(value: Any) -> set[str]:
    listed = value if isinstance(value, list) else [value] if value else []
    return {one["@id"].removeprefix("schema:") for one in listed}
