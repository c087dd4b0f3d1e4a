"""A stand-in for Stripe on one machine: the part of its API that a card payment needs, as Stripe documents it."""

# Gateways and Ingresses that rewrite no path expose the script and what it calls under this prefix.
PAGE_PREFIX = "/emulator-stripe"
