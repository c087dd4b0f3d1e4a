"""The script that pages load in place of Stripe.js: `GET /v3/` defines `window.Stripe`."""
