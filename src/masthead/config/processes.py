"""A process of ours does not outlive the one that watches it."""

import ctypes
import os
import signal

PR_SET_PDEATHSIG = 1  # prctl(2), Linux


def end_with_parent(parent_pid: int) -> None:
    """Have this process sent SIGTERM when its parent `parent_pid` is gone, killed or not; does nothing but on Linux."""
    try:
        prctl = ctypes.CDLL(None).prctl
    except (AttributeError, OSError):
        return
    prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
    if os.getppid() != parent_pid:  # it went between the fork and this line
        os.kill(os.getpid(), signal.SIGTERM)
