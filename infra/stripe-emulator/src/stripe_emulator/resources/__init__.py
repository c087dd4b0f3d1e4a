"""Stripe's resources: their routes, states and events."""
