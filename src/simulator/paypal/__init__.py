"""A simulated PayPal: orders, subscriptions, refunds, disputes, transactions, signed webhooks, and the pages that supporters see."""
