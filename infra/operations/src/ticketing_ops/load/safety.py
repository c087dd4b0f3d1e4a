"""A load is for a stack that nobody else uses, and never for real money."""

import ipaddress
import os
from urllib.parse import urlsplit

import httpx

from ticketing_ops.errors import OperationError
from ticketing_ops.load.generator import Generator
from ticketing_ops.load.requests import GaveUp

_LIVE_KEYS = ("sk_live_", "rk_live_")
_LIVE_PAGE = "pk_live_"


def require_loopback(url: str) -> None:
    """Raises OperationError when the URL leads to another machine."""
    host = urlsplit(url).hostname or ""
    try:
        is_loopback = ipaddress.ip_address(host).is_loopback
    except ValueError:
        is_loopback = host == "localhost" or host.endswith(".localhost")
    if not is_loopback:
        raise OperationError(
            f"{url} is not on this machine: a load creates accounts, tickets and orders there. Repeat with "
            "--allow-remote if it is yours and nobody else uses it"
        )


async def require_test_mode(generator: Generator) -> None:
    """Raises OperationError when the stack takes real money, or does not respond."""
    if os.environ.get("STRIPE_KEY", "").startswith(_LIVE_KEYS):
        raise _live("STRIPE_KEY in the environment is a live key")
    try:
        page = await read_order_page(generator)
    except GaveUp as error:
        raise OperationError(f"{generator.url} cannot be used: {error}") from None
    except httpx.TransportError as error:
        raise OperationError(f"{generator.url} does not respond: {error!r}") from None
    if _LIVE_PAGE in page:
        raise _live(f"the pages of {generator.url} use a live key")


async def read_order_page(generator: Generator) -> str:
    """The page of an order, which is placed for this and cancelled: it contains Stripe's key for pages."""
    async with generator.user() as user:
        ticket = await user.sell()
        order = await user.order(ticket)
        if order is None:
            raise GaveUp(f"the new ticket {ticket['id']} could not be reserved")
        page = await user.client.http.get(f"/orders/{order['id']}")
        await user.cancel(order)
    return page.text


def _live(reason: str) -> OperationError:
    return OperationError(f"Nothing was paid: {reason} of Stripe. Repeat with --allow-live if that is really meant")
