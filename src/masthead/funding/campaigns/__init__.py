"""Goals, milestones and the meter's reading."""
