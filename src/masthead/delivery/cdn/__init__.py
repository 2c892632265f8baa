"""A CDN in front: what it may hold, under which keys, and being told what changed."""
