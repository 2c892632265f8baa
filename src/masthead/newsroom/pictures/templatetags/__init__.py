"""Template tags of the pictures room."""
