"""The simulator's answers again, byte for byte, from a process that only looks them up: so that what is measured is the newsroom and not the simulator.

`record` asks the simulator itself, once for each question of a list, and keeps body, status and headers as they came; `Recorded` serves them.
Nothing is answered that was not recorded: another question is a 599, which the newsroom counts as a failure.
"""

import asyncio
import http.client
import json
import sys
from collections.abc import Iterable
from pathlib import Path
from urllib.parse import unquote_to_bytes, urlsplit


def record(simulator: str, questions: Iterable[str], *, headers: dict[str, str], to: Path) -> int:
    """Write down the answers to GETs of these paths and return how many bytes they are."""
    connection = http.client.HTTPConnection(urlsplit(simulator).netloc, timeout=60)
    kept = {}
    for question in questions:
        connection.request("GET", question, headers=headers)
        answer = connection.getresponse()
        body = answer.read()
        head = "".join(f"{name}: {value}\r\n" for name, value in answer.getheaders())
        kept[question] = f"HTTP/1.1 {answer.status} {answer.reason}\r\n{head}\r\n" + body.decode()
    connection.close()
    to.write_text(json.dumps(kept))
    return sum(map(len, kept.values()))


class _Talk(asyncio.Protocol):
    answers: dict[bytes, bytes]

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport: asyncio.Transport = transport  # type: ignore[assignment]
        self.buffer = b""

    def data_received(self, data: bytes) -> None:
        self.buffer += data
        while b"\r\n\r\n" in self.buffer:  # GETs alone, which have no body
            head, _, self.buffer = self.buffer.partition(b"\r\n\r\n")
            question = unquote_to_bytes(head.split(b" ", 2)[1])
            self.transport.write(self.answers.get(question, b"HTTP/1.1 599 Not recorded\r\nContent-Length: 0\r\n\r\n"))


async def _serve(answers: dict[str, str]) -> None:
    _Talk.answers = {question.encode(): answer.encode() for question, answer in answers.items()}
    server = await asyncio.get_running_loop().create_server(_Talk, "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(_serve(json.loads(Path(sys.argv[1]).read_text())))
