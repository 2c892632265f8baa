"""Stripe, as far as a newsroom speaks to it: the shapes of API version 2026-10-28.endive."""
