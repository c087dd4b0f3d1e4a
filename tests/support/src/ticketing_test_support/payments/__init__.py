"""Payments and Stripe in memory, and the short words in which tests tell a story. Only tests import it."""
