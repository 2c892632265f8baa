"""Giving in Wagtail's admin, for publishers only: the overview, gifts, pledges, webhooks."""
