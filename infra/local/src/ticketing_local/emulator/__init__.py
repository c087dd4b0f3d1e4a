"""A small Stripe for one machine: what the marketplace uses of Stripe's API, behaving as Stripe documents it."""
