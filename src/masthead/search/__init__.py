"""Finding published stories."""
