"""Sockets that readers connect to, one for each front process, bound before the processes are there."""

import os
import socket
import sys

BACKLOG = 4096


def bind(host: str, port: int, count: int) -> list[socket.socket]:
    """Return `count` listening sockets for one address, in each of which a share of the connections waits.

    Whoever calls this keeps them open: a connection that came while a front process was being started again waits in its
    socket. Where the system cannot share a port among sockets (anything but Linux and the BSDs), it is one socket, `count` times.

    Raises:
        OSError: the address is taken or not ours.
    """
    shared = hasattr(socket, "SO_REUSEPORT") and sys.platform != "darwin"
    first = _listening(host, port, shared=shared and count > 1)
    bound = first.getsockname()[1]
    rest = [_listening(host, bound, shared=True) if shared else first.dup() for _ in range(count - 1)]
    return [first, *rest]


def _listening(host: str, port: int, *, shared: bool) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    made = socket.socket(family, socket.SOCK_STREAM)
    try:
        made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if shared:
            made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        made.bind((host, port))
        made.listen(BACKLOG)
        made.setblocking(False)  # noqa: FBT003  the system's word
    except OSError:
        made.close()
        raise
    return made


def hand_over(made: socket.socket) -> int:
    """Return the number under which a socket is inherited by the program that this process becomes."""
    os.set_inheritable(made.fileno(), True)  # noqa: FBT003  the system's word
    return made.fileno()
