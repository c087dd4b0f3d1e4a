"""What a schema cannot say: what a title is, which passwords are refused, that the address of a new user is unused,
which version is the current one, which keys are unused, that `state` selects among one's own tickets, which cursor
belongs to an order, and that Stripe signs what it sends."""

import os
import secrets
import time
from collections.abc import MutableMapping
from importlib.resources import files
from typing import Any

import schemathesis
from hypothesis import strategies as st
from requests import PreparedRequest
from requests.auth import AuthBase

from stripe_emulator.webhooks.dispatcher import signature_header
from ticketing_auth.password_policy import normalize
from ticketing_test_support.api import PASSWORD

MAX_EMAIL_CHARS = 254
COMMON_PASSWORDS = files("ticketing_auth").joinpath("common_passwords.txt").read_text().split()
PASSWORDS = ("password", "currentPassword", "newPassword")
# Their categories are those of letters and symbols.
BLANK = "\u115f\u1160\u2800\u3164\uffa0"

visible = st.characters(categories=["L", "N", "P", "S"], exclude_characters=BLANK)
schemathesis.openapi.format("title", st.text(visible | st.just(" "), min_size=1, max_size=60).filter(str.strip))


class StripeSignature(AuthBase):
    """Signs the body that is sent."""

    def __call__(self, request: PreparedRequest) -> PreparedRequest:
        body = request.body or b""
        content = body if isinstance(body, bytes) else str(body).encode()
        secret = os.environ["STRIPE_WEBHOOK_SECRET"]
        request.headers["Stripe-Signature"] = signature_header(content, secret, int(time.time()))
        return request


@schemathesis.hook
def filter_body(_context: schemathesis.HookContext, body: object) -> bool:
    """The length of a password counts after normalisation: those whose length it changes are left out."""
    texts = [body.get(name) for name in PASSWORDS] if isinstance(body, dict) else []
    return all(len(normalize(text)) == len(text) for text in texts if isinstance(text, str))


@schemathesis.hook
def before_call(_context: schemathesis.HookContext, case: schemathesis.Case[Any], kwargs: dict[str, Any]) -> None:
    if case.meta is None or not case.meta.generation.mode.is_positive:
        return
    if "Ticketing-User" in case.headers:
        case.headers["Ticketing-User"] = os.environ["USER_ID"]
    if "If-Match" in case.headers:
        case.headers["If-Match"] = "*"
    if "Idempotency-Key" in case.headers:
        case.headers["Idempotency-Key"] = secrets.token_hex(16)
    complete_query(case.query)
    if case.path == "/api/users/signup":
        body: Any = case.body
        case.body = {**body, "email": unused(body["email"]), "password": uncommon(body["password"])}
    if case.path == "/api/payments/webhook":
        kwargs["auth"] = StripeSignature()


def complete_query(query: MutableMapping[str, Any]) -> None:
    """With a state, one's own tickets; as cursor an id, after a price where the list is ordered by it."""
    if "state" in query:
        query["seller"] = "me"
    if "after" in query:
        ticket_id = query["after"].rpartition("_")[2]
        is_by_price = query.get("sort") in ("price", "-price") and "seller" not in query
        query["after"] = f"1250_{ticket_id}" if is_by_price else ticket_id


def unused(email: str) -> str:
    """The address in a domain of its own."""
    user, _, domain = email.rpartition("@")
    other = f"{user}@{secrets.token_hex(6)}.{domain}"
    return other if len(other) <= MAX_EMAIL_CHARS else f"{user}@{secrets.token_hex(6)}.com"


def uncommon(password: str) -> str:
    """The password, or another one if it is refused as one of the commonest."""
    return PASSWORD if password.lower() in COMMON_PASSWORDS else password
