"""Holding off those who try stolen cards: counters, limits, the breaker. It knows no gift and no page."""
