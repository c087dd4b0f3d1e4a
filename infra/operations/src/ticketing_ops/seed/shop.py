"""Lists the sample tickets, through the API."""

from collections.abc import Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

import httpx

from ticketing_common.currency import USD, Currency
from ticketing_ops.errors import OperationError
from ticketing_ops.seed.catalogue import TICKETS

TIMEOUT_SECONDS = 20.0


@dataclass(frozen=True, slots=True)
class Seller:
    """An account that sells; it is created when it does not exist."""

    email: str
    password: str


def list_samples(url: str, sellers: Sequence[Seller], currency: Currency = USD) -> int:
    """Let the sellers list the sample tickets in turn; how many were missing.

    Each has a key, so that none is listed twice by runs that overlap; once keys are forgotten, its title tells.
    Raises OperationError.
    """
    try:
        return sum(
            _list_missing(url, seller, range(number, len(TICKETS), len(sellers)), currency)
            for number, seller in enumerate(sellers)
        )
    except httpx.HTTPError as error:
        raise OperationError(f"{url} does not respond ({type(error).__name__}): is it running?") from None


def price_in(currency: Currency, cents: int) -> float:
    """About what so many US cents are, by the lowest prices of the two currencies."""
    steps = round(cents * currency.minimum / USD.minimum / currency.step)
    return currency.to_major(min(steps * currency.step, currency.maximum))


def _list_missing(url: str, seller: Seller, numbers: range, currency: Currency) -> int:
    with httpx.Client(base_url=url, timeout=TIMEOUT_SECONDS, trust_env=False) as http:
        _sign_in(http, seller)
        known = _titles(http)
        return sum(_create(http, number, currency) for number in numbers if TICKETS[number][0] not in known)


def _sign_in(http: httpx.Client, seller: Seller) -> None:
    account = {"email": seller.email, "password": seller.password}
    if http.post("/api/users/signin", json=account).status_code != HTTPStatus.OK:
        _checked(http.post("/api/users/signup", json=account))


def _titles(http: httpx.Client) -> set[str]:
    """Of the seller's own tickets, in every state."""
    titles = set[str]()
    url: str | None = "/api/tickets?seller=me&limit=100"
    while url:
        page = _checked(http.get(url))
        titles |= {ticket["title"] for ticket in page.json()}
        url = page.links.get("next", {}).get("url")
    return titles


def _create(http: httpx.Client, number: int, currency: Currency) -> bool:
    title, cents = TICKETS[number]
    body = {"title": title, "price": price_in(currency, cents)}
    response = _checked(http.post("/api/tickets", json=body, headers={"Idempotency-Key": f"seed-{number}"}))
    return "Idempotency-Replayed" not in response.headers


def _checked(response: httpx.Response) -> httpx.Response:
    if response.is_success:
        return response
    request = response.request
    raise OperationError(f"{request.method} {request.url} responded {response.status_code}: {_message(response)}")


def _message(response: httpx.Response) -> str:
    try:
        body: Any = response.json()
        return "; ".join(error["message"] for error in body["errors"])
    except (ValueError, KeyError, TypeError):
        return response.text[:200]
