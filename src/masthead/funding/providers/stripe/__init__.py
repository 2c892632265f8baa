"""Stripe: hosted Checkout, the billing portal, refunds, disputes, payouts."""
