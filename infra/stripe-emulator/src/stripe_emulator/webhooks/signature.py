"""Stripe's signature scheme v1: https://docs.stripe.com/webhooks#verify-manually."""

import hashlib
import hmac


def signature_header(body: bytes, secret: str, timestamp: int) -> str:
    """The value of `Stripe-Signature` for a body sent at this second."""
    signed = hmac.new(secret.encode(), f"{timestamp}.".encode() + body, hashlib.sha256)
    return f"t={timestamp},v1={signed.hexdigest()}"
