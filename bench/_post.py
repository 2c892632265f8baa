"""Posts signed webhooks of Stripe's to a newsroom as fast as it takes them, over connections that stay open, from a process of its own."""

import hashlib
import hmac
import json
import socket
import sys
import threading
import time
from pathlib import Path
from queue import Empty, SimpleQueue

SECRET = b"whsec_simulated"
TRIES = 50


def main(file: Path, port: int, senders: int) -> None:
    """Post every body of a JSON list, each until it was answered 200; print how many were tried again and the processor seconds."""
    waiting: SimpleQueue[bytes] = SimpleQueue()
    for body in json.loads(file.read_text()):
        waiting.put(body.encode())
    again: list[int] = []
    threads = [threading.Thread(target=_send, args=(waiting, port, again)) for _ in range(senders)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    print(json.dumps({"again": len(again), "cpu": time.process_time()}))


def _send(waiting: "SimpleQueue[bytes]", port: int, again: list[int]) -> None:
    with socket.create_connection(("127.0.0.1", port)) as connection:
        answers = connection.makefile("rb")
        while True:
            try:
                body = waiting.get_nowait()
            except Empty:
                return
            for _ in range(TRIES):
                stamp = int(time.time())
                digest = hmac.new(SECRET, b"%d." % stamp + body, hashlib.sha256).hexdigest()
                head = (
                    f"POST /webhooks/stripe/ HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nContent-Type: application/json; charset=utf-8\r\n"
                    f"Stripe-Signature: t={stamp},v1={digest}\r\nContent-Length: {len(body)}\r\n\r\n"
                )
                connection.sendall(head.encode() + body)
                if _status(answers) == 200:  # noqa: PLR2004 - OK
                    break
                again.append(1)
                time.sleep(0.1)
            else:
                raise RuntimeError("the newsroom takes no webhooks")


def _status(answers: object) -> int:
    """Read one answer to its end and return its status."""
    read: socket.SocketIO = answers  # type: ignore[assignment]
    status, length = int(read.readline().split()[1]), 0
    while (line := read.readline()) != b"\r\n":
        name, _, value = line.partition(b":")
        length = int(value) if name.lower() == b"content-length" else length
    read.read(length)
    return status


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]))
