"""PayPal over plain HTTP: Orders v2, Subscriptions, refunds, disputes, webhooks, the transaction list."""
