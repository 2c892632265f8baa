"""What a front process is told when it starts: where it listens, where Django is, whom it believes, and what it endures."""

import json
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from masthead.kernel.places import Network, networks_in


@dataclass(frozen=True, kw_only=True)
class Limits:
    """What one front process takes from those who connect; sizes are bytes, times seconds."""

    connections: int = 4096
    """Open at once; one more, and who has waited longest without a whole request is let go."""
    target: int = 8192
    head: int = 32 * 1024
    """Request line and headers together."""
    headers: int = 100
    body: int = 100 * 2**20
    pipelined: int = 32
    """Requests read ahead on one connection while another is being answered."""
    head_seconds: float = 10
    """From the first byte of a request to the end of its headers."""
    idle_seconds: float = 65
    """Between two requests of one connection."""
    linger_seconds: float = 2
    """For a refusal to be read before the connection ends."""
    stall_seconds: float = 20
    """Without a byte of an announced body."""
    slowest: int = 512
    """Bytes a second, on average, below which a body or an answer is given up."""
    held: int = 256 * 1024
    """What is kept in memory of one body; more is put into a file that has no name."""
    spooled: int = 2 * 2**30
    """What all such files of this process may hold."""
    asked_at_once: int = 64
    """Requests handed to Django at the same time."""
    waiting: int = 1024
    """Requests that wait for their turn with Django."""
    django_seconds: float = 120
    """Until Django's answer begins."""
    patience_seconds: float = 10
    """How long a request waits for a Django that is away, so that a restart of it is a wait and no error."""
    stop_seconds: float = 6
    """For what is being answered when the front is told to stop."""


@dataclass(frozen=True, kw_only=True)
class Plan:
    """One front process."""

    listen: tuple[int, ...]
    """File descriptors of bound sockets, inherited."""
    django: str
    """The path of Django's socket."""
    store: str = ""
    """The folder of the page store; empty: everything is asked of Django."""
    memory: int = 64 * 2**20
    """Bytes of pages that one process keeps in memory."""
    hosts: tuple[str, ...] = ()
    """What Host says where stored pages are meant, with a port where the newsroom's address has one; others are Django's to answer or refuse."""
    session_cookie: str = "sessionid"
    """The cookie of those who are signed in."""
    trusted: str = ""
    """Networks of proxies that are believed about whom they ask for; this machine's own always are."""
    name: str = "Masthead"
    """The publication's, for the page that says what is not there just now."""
    language: str = "en"
    access_log: bool = False
    spool: str = ""
    """The folder in which large bodies are put aside; empty: the system's."""
    limits: Limits = field(default_factory=Limits)

    @property
    def trusted_networks(self) -> tuple[Network, ...]:
        """The networks of `trusted`."""
        return networks_in(self.trusted)

    def as_text(self) -> str:
        """Return the plan as one line, for the command that starts the process."""
        return json.dumps(asdict(self))

    @classmethod
    def from_text(cls, text: str) -> "Plan":
        """Read what `as_text` wrote.

        Raises:
            ValueError: it is no plan.
            TypeError: a word in it is unknown.
        """
        values: dict[str, Any] = json.loads(text)
        values["limits"] = Limits(**values.get("limits", {}))
        values["listen"], values["hosts"] = tuple(values["listen"]), tuple(values.get("hosts", ()))
        return cls(**values)

    @property
    def spool_folder(self) -> Path | None:
        """Where large bodies are put aside, if not where the system puts such things."""
        return Path(self.spool) if self.spool else None


def public_hosts(address: str) -> tuple[str, ...]:
    """Return what Host says for a newsroom's `address`: the port only where it is not the scheme's own, or said all the same."""
    parts = urlsplit(address.lower())
    bare = f"[{parts.hostname}]" if ":" in (parts.hostname or "") else str(parts.hostname)
    own = 443 if parts.scheme == "https" else 80
    return tuple({parts.netloc, bare, f"{bare}:{own}"} if (parts.port or own) == own else {parts.netloc})
