"""Makers: typed plain functions that put one thing into the database, with sensible words where none are given. One file a house."""

from tests.make.funding import *  # noqa: F403
from tests.make.newsroom import *  # noqa: F403
from tests.make.sources import *  # noqa: F403
