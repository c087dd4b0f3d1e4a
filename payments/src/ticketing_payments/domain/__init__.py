"""The rules of a payment: what it is, what may be done with it, and how what Stripe reports changes it."""
