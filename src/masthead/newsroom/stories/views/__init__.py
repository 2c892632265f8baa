"""Pages of the stories room inside the desk."""
