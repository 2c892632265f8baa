"""Stories, sections, topics, bylines, corrections, the front page."""
