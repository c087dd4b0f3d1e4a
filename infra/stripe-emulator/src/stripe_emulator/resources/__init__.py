"""What Stripe keeps for an account, and what may happen to it."""
