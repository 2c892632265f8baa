"""The root of every refusal."""


class MastheadError(Exception):
    """A refusal that a person can act on; its text is one sentence: what, where, what to do.

    Each action defines its own subclasses beside itself. `retryable` says whether the same call may
    succeed later without anyone changing anything (a provider that did not answer), or never will.
    """

    retryable = False
