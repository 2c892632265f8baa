"""A stand-in for the companies that move money: stateful, on this machine alone, and as hostile as they can be.

It imports nothing of masthead, so that what it says comes from the companies' documents and not from our code.
"""

from simulator.core import Simulator

__all__ = ["Simulator"]
