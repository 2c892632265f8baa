"""What can go wrong when somebody else's server is asked: one type and one sentence each."""

from masthead.kernel.errors import MastheadError


class FetchFailed(MastheadError):
    """An address could not be fetched; the text says what happened and what to do."""


class AddressRefused(FetchFailed):
    """An address that Masthead will not ask: not on the public web, or written to deceive."""


class TooManyRedirects(FetchFailed):
    """A chain of redirects that is longer than we follow, or a circle."""


class TooLarge(FetchFailed):
    """An answer, its head or what it unpacks to is larger than we take."""


class BrokenAnswer(FetchFailed):
    """An answer that is not HTTP, contradicts itself, or comes in a coding nobody asked for."""


class Unreachable(FetchFailed):
    """Nobody answered: no such name, no connection, no valid certificate, or the connection was cut."""

    retryable = True


class NameUnknown(Unreachable):
    """The host's name leads to no address."""


class TooSlow(FetchFailed):
    """The answer was not complete when its time was over."""

    retryable = True
