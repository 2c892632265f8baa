"""Template tags of the stories room."""
