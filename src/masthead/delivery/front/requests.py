"""A request on its way through the front."""

from collections.abc import Callable

from masthead.delivery.front.bodies import Body
from masthead.delivery.front.heads import Head, Refused

UNREADABLE = Head(method=b"-", target=b"-", headers=[], host=b"", keep_alive=False, old=False, length=0, waits=False)


class Request:
    """Its head, its body as far as it came, and what became of it."""

    __slots__ = ("asked", "began", "body", "head", "heard", "refused", "whole")

    def __init__(self, head: Head, body: Body) -> None:
        self.head = head
        self.body = body
        self.whole = False
        self.refused: Refused | None = None
        self.began = self.heard = 0.0
        self.asked: Callable[[], None] | None = None
        """Takes the request back from Django, once it was asked."""

    @classmethod
    def refusal(cls, refused: Refused, body: Body) -> "Request":
        """Return what stands in the queue for a request that could not even be read."""
        request = cls(UNREADABLE, body)
        request.refused = refused
        return request

    def drop(self) -> None:
        """Let go of its body, and take it back from Django."""
        self.body.drop()
        taken_back, self.asked = self.asked, None
        if taken_back is not None:
            taken_back()
