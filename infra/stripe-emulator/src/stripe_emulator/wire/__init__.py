"""How Stripe speaks over HTTP: forms, keys, errors, idempotency, lists."""
