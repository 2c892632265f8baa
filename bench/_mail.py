"""A mail server that keeps what it is given, to count letters by."""

import email
import socketserver
import threading
from collections import Counter
from types import TracebackType
from typing import Self


class Mailbox:
    """Listens on this machine; `letters` counts by Message-ID how often each was taken."""

    def __init__(self) -> None:
        self.letters: Counter[str] = Counter()
        self._lock = threading.Lock()
        self._server = _Server(("127.0.0.1", 0), _Talk)
        self._server.mailbox = self
        self.port = int(self._server.server_address[1])
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)

    def take(self, letter: bytes) -> None:
        """Keep a letter's id."""
        name = str(email.message_from_bytes(letter)["Message-ID"])
        with self._lock:
            self.letters[name] += 1

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._server.shutdown()
        self._server.server_close()


class _Server(socketserver.ThreadingTCPServer):
    daemon_threads = True
    allow_reuse_address = True
    mailbox: Mailbox

    def handle_error(self, request: object, client_address: object) -> None:
        """Say nothing of clients that were killed in the middle of a letter."""


class _Talk(socketserver.StreamRequestHandler):
    """As much of RFC 5321 as a client needs. A letter counts once its end has come, whether or not the client lives to hear so."""

    server: _Server

    def handle(self) -> None:
        self.wfile.write(b"220 bench\r\n")
        for line in self.rfile:
            word = line[:4].upper().strip()
            if word == b"DATA":
                self.wfile.write(b"354 go on\r\n")
                letter = b""
                for part in self.rfile:
                    if part == b".\r\n":
                        self.server.mailbox.take(letter)
                        break
                    letter += part
            self.wfile.write(b"221 bye\r\n" if word == b"QUIT" else b"250 bench\r\n")
            if word == b"QUIT":
                return
