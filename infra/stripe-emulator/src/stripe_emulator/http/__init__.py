"""Stripe's HTTP conventions: forms, keys, errors, idempotency, expansion."""
