"""The front as a part of `run`: what its processes are told, and the socket at which they ask Django."""

import hashlib
import os
import socket
import stat
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import NoReturn

from masthead.cli.frame import Refused
from masthead.cli.supervise import Part
from masthead.config.env import Env
from masthead.delivery.front.listening import bind, hand_over
from masthead.delivery.front.plan import Limits, Plan, public_hosts

WEB_SOCKET = "web.sock"
LONGEST_SOCKET_PATH = 100  # 107 on Linux, 103 on macOS
SESSION_COOKIE = "sessionid"


def web_socket(folder: Path) -> Path:
    """Return where front and web of the newsroom in `folder` meet: in it, or where its path is too long for a socket, in a folder of this user's.

    Raises:
        Refused: that folder is somebody else's.
    """
    path = folder / WEB_SOCKET
    if len(os.fsencode(path)) <= LONGEST_SOCKET_PATH:
        return path
    beside = Path(tempfile.gettempdir()) / f"masthead-{os.getuid()}"
    beside.mkdir(mode=0o700, exist_ok=True)
    found = beside.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.getuid() or found.st_mode & 0o077:
        raise Refused(f"{beside} is not a folder of yours alone: remove it, or give the newsroom a folder with a shorter path.")
    return beside / f"{hashlib.sha256(os.fsencode(folder)).hexdigest()[:24]}.sock"


def fronts(*, env: Env, host: str, port: int) -> list[Part]:
    """Return the front's processes as parts to be watched, bound to their address; the sockets stay open in this process.

    Raises:
        OSError: the address cannot be bound.
    """
    made = bind(host, port, env.front_workers)
    return [Part(f"front {number}" if len(made) > 1 else "front", _Front(env, each)) for number, each in enumerate(made, 1)]


class _Front:
    """Becomes a front process when it is called."""

    def __init__(self, env: Env, made: socket.socket) -> None:
        self._env = env
        self._made = made

    def __call__(self) -> NoReturn:
        """Start the front's own program in place of this process, so that nothing of Django is carried along."""
        text = plan_for(self._env, [hand_over(self._made)]).as_text()
        os.execv(sys.executable, [sys.executable, "-P", "-m", "masthead.delivery.front", text])  # noqa: S606  our own interpreter and module


def plan_for(env: Env, numbers: Sequence[int]) -> Plan:
    """Return what a front of this newsroom is told; `numbers` are the sockets it inherits."""
    return Plan(
        listen=tuple(numbers),
        django=str(web_socket(env.data)),
        store=str(env.pages),
        hosts=public_hosts(env.address),
        session_cookie=SESSION_COOKIE,
        trusted=env.trusted_proxies,
        name=env.name,
        language=env.language,
        access_log=env.access_log,
        spool=str(env.data),
        limits=Limits(body=env.largest_upload * 2**20),
    )
