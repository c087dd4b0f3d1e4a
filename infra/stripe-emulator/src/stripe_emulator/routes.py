"""The part of Stripe's API that is here: one line a route."""

from starlette.routing import Route

from stripe_emulator.account import Account
from stripe_emulator.resources import (
    charges,
    confirmation_tokens,
    confirming,
    disputes,
    events,
    payment_intents,
    payment_methods,
    refunds,
)
from stripe_emulator.wire.call import Act
from stripe_emulator.wire.endpoint import Endpoint

# Method, path, act, and whether a page's publishable key will do.
TABLE: tuple[tuple[str, str, Act, bool], ...] = (
    ("POST", "/v1/payment_intents", payment_intents.create, False),
    ("GET", "/v1/payment_intents", payment_intents.search, False),
    ("GET", "/v1/payment_intents/{id}", payment_intents.retrieve, True),
    ("POST", "/v1/payment_intents/{id}/confirm", confirming.confirm, True),
    ("POST", "/v1/payment_intents/{id}/cancel", payment_intents.cancel, False),
    ("POST", "/v1/payment_intents/{id}/emulate_3ds", confirming.authenticate, True),
    ("POST", "/v1/confirmation_tokens", confirmation_tokens.create, True),
    ("GET", "/v1/confirmation_tokens/{id}", confirmation_tokens.retrieve, True),
    ("POST", "/v1/test_helpers/confirmation_tokens", confirmation_tokens.create, False),
    ("POST", "/v1/payment_methods", payment_methods.create, True),
    ("GET", "/v1/payment_methods/{id}", payment_methods.retrieve, False),
    ("GET", "/v1/charges", charges.search, False),
    ("GET", "/v1/charges/{id}", charges.retrieve, False),
    ("POST", "/v1/refunds", refunds.create, False),
    ("GET", "/v1/refunds", refunds.search, False),
    ("GET", "/v1/refunds/{id}", refunds.retrieve, False),
    ("GET", "/v1/disputes", disputes.search, False),
    ("GET", "/v1/disputes/{id}", disputes.retrieve, False),
    ("GET", "/v1/events", events.search, False),
    ("GET", "/v1/events/{id}", events.retrieve, False),
)


def api_routes(account: Account) -> list[Route]:
    """The table as routes on this account."""
    return [
        Route(path, Endpoint(account, act, for_pages=for_pages), methods=[method])
        for method, path, act, for_pages in TABLE
    ]
