"""What the tests of the gateway share."""

from collections.abc import Awaitable, Callable

from ticketing_payments.domain.intent import Intent
from ticketing_payments.stripe_gateway import StripeGateway

PRICE = 1250
MakeGateway = Callable[..., StripeGateway]
MakeToken = Callable[..., Awaitable[str]]
Pay = Callable[[str], Awaitable[Intent]]
