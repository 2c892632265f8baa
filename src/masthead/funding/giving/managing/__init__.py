"""What supporters do themselves with what they gave: see it, change it, be forgotten."""
