"""The supported part of Stripe's API, and what the page script calls, one line per route."""

from starlette.routing import Route

from stripe_emulator.account import Account
from stripe_emulator.http.authentication import ANY, PUBLISHABLE, SECRET
from stripe_emulator.http.endpoint import Endpoint
from stripe_emulator.http.request import Handler
from stripe_emulator.page.script import script
from stripe_emulator.resources import (
    confirmation,
    confirmation_tokens,
    payment_intents,
    payment_methods,
    refunds,
)
from stripe_emulator.resources.queries import retrieve, search

# Method, path, handler, and whether a publishable key is enough.
TABLE: tuple[tuple[str, str, Handler, bool], ...] = (
    ("POST", "/v1/payment_intents", payment_intents.create, False),
    ("GET", "/v1/payment_intents", search("payment_intent"), False),
    ("GET", "/v1/payment_intents/{id}", payment_intents.retrieve, True),
    ("POST", "/v1/payment_intents/{id}/confirm", confirmation.confirm, False),
    ("POST", "/v1/payment_intents/{id}/cancel", payment_intents.cancel, False),
    ("POST", "/v1/payment_intents/{id}/emulate_3ds", confirmation.authenticate, True),
    ("POST", "/v1/confirmation_tokens", confirmation_tokens.create, True),
    ("GET", "/v1/confirmation_tokens/{id}", retrieve("confirmation_token"), True),
    ("POST", "/v1/test_helpers/confirmation_tokens", confirmation_tokens.create, False),
    ("POST", "/v1/payment_methods", payment_methods.create, True),
    ("GET", "/v1/payment_methods/{id}", retrieve("payment_method"), False),
    ("GET", "/v1/charges", search("charge", "payment_intent"), False),
    ("GET", "/v1/charges/{id}", retrieve("charge"), False),
    ("POST", "/v1/refunds", refunds.create, False),
    ("GET", "/v1/refunds", search("refund", "payment_intent", "charge"), False),
    ("GET", "/v1/refunds/{id}", retrieve("refund"), False),
    ("GET", "/v1/disputes", search("dispute", "payment_intent", "charge"), False),
    ("GET", "/v1/disputes/{id}", retrieve("dispute"), False),
    ("GET", "/v1/events", search("event", "type"), False),
    ("GET", "/v1/events/{id}", retrieve("event"), False),
)


# What the page script calls, at paths of its own: a gateway that routes only those exposes nothing of the rest.
PAGE_TABLE: tuple[tuple[str, str, Handler], ...] = (
    ("POST", "/v3/confirmation_tokens", confirmation_tokens.create),
    ("GET", "/v3/payment_intents/{id}", payment_intents.retrieve),
    ("POST", "/v3/payment_intents/{id}/emulate_3ds", confirmation.authenticate),
)


def api_routes(account: Account) -> list[Route]:
    """The table as routes on this account."""
    return [
        Route(path, Endpoint(account, handler, accepted=ANY if publishable else SECRET), methods=[method])
        for method, path, handler, publishable in TABLE
    ]


def page_routes(account: Account) -> list[Route]:
    """The page script, at the path that Stripe.js has, and its API, for publishable keys only."""
    api = [
        Route(path, Endpoint(account, handler, accepted=PUBLISHABLE), methods=[method])
        for method, path, handler in PAGE_TABLE
    ]
    return [Route("/v3/", script, methods=["GET"]), *api]
