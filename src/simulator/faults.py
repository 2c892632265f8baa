"""What goes wrong on demand: which requests, how, and how often."""

import re
from dataclasses import dataclass, field
from enum import StrEnum


class Fault(StrEnum):
    """One way for a request to go wrong. "After" means that the effect stays and only the answer is bad."""

    TOO_MANY = "429"
    ERROR_BEFORE = "500_before"
    ERROR_AFTER = "500_after"
    CUT_BEFORE = "cut_before"  # the connection ends without an answer
    CUT_AFTER = "cut_after"
    TIMEOUT = "timeout"  # no answer for `seconds`; nothing was done
    TIMEOUT_AFTER = "timeout_after"


@dataclass(kw_only=True)
class Rule:
    """The next `times` requests to a path that matches go wrong, after `skip` of them went well."""

    fault: Fault
    path: str = ".*"  # a regular expression over the whole path
    method: str = ""  # empty: every one
    times: int = 1
    skip: int = 0
    seconds: float = 5.0
    hits: int = 0

    def takes(self, method: str, path: str) -> bool:
        """Say whether this rule spoils a request, and count it."""
        if (self.method and self.method != method) or not re.fullmatch(self.path, path) or self.times <= 0:
            return False
        if self.skip > 0:
            self.skip -= 1
            return False
        self.times -= 1
        self.hits += 1
        return True


@dataclass
class Faults:
    """The rules that stand."""

    rules: list[Rule] = field(default_factory=list)

    def add(self, fault: str, *, path: str = ".*", method: str = "", times: int = 1, skip: int = 0, seconds: float = 5.0) -> Rule:
        """Add a rule and return it; `hits` says later how often it struck.

        Raises:
            ValueError: no such fault.
        """
        rule = Rule(fault=Fault(fault), path=path, method=method, times=times, skip=skip, seconds=seconds)
        self.rules.append(rule)
        return rule

    def clear(self) -> None:
        """Let everything go well again."""
        self.rules.clear()

    def for_request(self, method: str, path: str) -> Rule | None:
        """Return the rule that spoils this request, if any does."""
        return next((rule for rule in self.rules if rule.takes(method, path)), None)
