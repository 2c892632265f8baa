"""The practice provider: walks the way of a real one, and moves no money."""
