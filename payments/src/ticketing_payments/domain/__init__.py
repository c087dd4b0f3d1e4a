"""The rules of a payment: its states, the actions it allows, and how Stripe's reports change it."""
