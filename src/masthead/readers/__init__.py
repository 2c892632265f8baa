"""Supporters: who they are, kept apart from the books so that it can be erased."""
