"""A small Stripe for one machine: what the marketplace uses of Stripe's API, behaving as Stripe documents it."""

# Where a page finds the script and the API on its own origin. Gateway and Ingress rewrite no path, so the emulator
# serves them there too.
PAGE_PREFIX = "/emulator-stripe"
