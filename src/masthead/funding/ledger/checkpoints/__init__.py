"""Checkpoints: once a day the root over all rows is signed, so that nobody, the newsroom included, can rewrite them unseen."""
