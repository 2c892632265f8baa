"""Stories, the sources and pictures in them, the people who write, and the desk that reads."""
