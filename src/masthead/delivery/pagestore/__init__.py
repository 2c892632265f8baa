"""Finished pages, kept apart from what makes them: stored compressed, with holes for the meters, and answered without Django.

Nothing in this package knows Django or any room of the house: the process that serves readers loads this and little else.
"""
