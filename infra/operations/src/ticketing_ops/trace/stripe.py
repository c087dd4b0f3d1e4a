"""Ask Stripe, or its emulator, about a payment: read-only calls of its API."""

from collections.abc import Mapping
from typing import Any

import httpx

_API = "https://api.stripe.com"
# The emulator accepts every key of this form.
_EMULATED_KEY = "sk_test_emulated"
_TIMEOUT_SECONDS = 8.0
_LISTS = ("charges", "refunds", "disputes")
_MAX_ITEMS = 100


async def read_stripe(
    intent_id: str | None, *, emulator: str | None, environ: Mapping[str, str]
) -> tuple[dict[str, Any], list[str]]:
    """Stripe's objects of this PaymentIntent, by kind, and why they could not be read.

    The key is STRIPE_KEY of the environment; STRIPE_API_BASE may name another server.
    """
    if intent_id is None:
        return {}, []
    key = environ.get("STRIPE_KEY") or (_EMULATED_KEY if emulator else "")
    if not key:
        return {}, ["Stripe was not asked: set STRIPE_KEY to a key that may read payments."]
    base = environ.get("STRIPE_API_BASE") or emulator or _API
    headers = {"Authorization": f"Bearer {key}"}
    async with httpx.AsyncClient(base_url=base, headers=headers, timeout=_TIMEOUT_SECONDS) as http:
        try:
            return await _objects(http, intent_id), []
        except (httpx.HTTPError, ValueError) as error:
            return {}, [f"Stripe could not be read: {_reason(error)}."]


async def _objects(http: httpx.AsyncClient, intent_id: str) -> dict[str, Any]:
    found = {"payment_intent": await _get(http, f"/v1/payment_intents/{intent_id}", {})}
    for kind in _LISTS:
        query = {"payment_intent": intent_id, "limit": _MAX_ITEMS}
        found[kind] = (await _get(http, f"/v1/{kind}", query))["data"]
    return found


async def _get(http: httpx.AsyncClient, path: str, query: Mapping[str, Any]) -> Any:
    return (await http.get(path, params=dict(query))).raise_for_status().json()


def _reason(error: Exception) -> str:
    if isinstance(error, httpx.HTTPStatusError):
        return f"status {error.response.status_code}"
    return type(error).__name__ if isinstance(error, httpx.HTTPError) else "not JSON"
