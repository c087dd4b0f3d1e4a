"""One payment, with its store and Stripe in memory."""
