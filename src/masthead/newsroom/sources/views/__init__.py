"""The desk's pages of the sources room."""
