"""Bank transfers: what banks write in their files, and what a supporter is told to write."""
