"""Open pages learn what happens to tickets, and to the buyer's own orders, whichever replica they are at."""

import os
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from http import HTTPStatus

import httpx

from ticketing_test_support.api import DECLINED_CARD, ApiClient, Json, NewClient
from ticketing_test_support.event_streams import Followed, following
from ticketing_test_support.stack import Stack
from ticketing_test_support.waiting import eventually

TICKETS, ORDERS = "/api/tickets/stream", "/api/orders/stream"
WITHIN_SECONDS = 30


def told(response: Followed, ticket: Json) -> list[str]:
    """What happened to the ticket; the order of a sale and of what came just before it may differ."""
    return [event.name for event in response.events if event.data["id"] == ticket["id"]]


def latest(response: Followed, ticket: Json) -> Json:
    """The ticket as it was after the last event about it."""
    return [event.data for event in response.events if event.data["id"] == ticket["id"]][-1]


async def hears(response: Followed, ticket: Json, *steps: str) -> None:
    await eventually(lambda: told(response, ticket) == list(steps), within=WITHIN_SECONDS, what=f"{steps}")


@asynccontextmanager
async def own_orders(stack: Stack, buyer: ApiClient) -> AsyncIterator[Followed]:
    async with following(f"{stack.url}{ORDERS}", cookies=buyer.http.cookies) as response:
        assert response.status == HTTPStatus.OK
        yield response


async def test_everybody_sees_what_happens_to_a_ticket(stack: Stack, new_client: NewClient) -> None:
    seller, buyer = await new_client(), await new_client()
    async with following(f"{stack.url}{TICKETS}") as response:
        ticket = await seller.create_ticket()
        await hears(response, ticket, "new")
        await seller.edit_ticket(ticket, title=ticket["title"], price=99)
        await hears(response, ticket, "new", "repriced")
        order = await buyer.create_order(ticket)
        await hears(response, ticket, "new", "repriced", "reserved")
        assert latest(response, ticket) == await seller.ticket(ticket)
        await buyer.cancel(order)
        await hears(response, ticket, "new", "repriced", "reserved", "freed")
        assert latest(response, ticket) == await seller.ticket(ticket)
        await seller.http.delete(f"/api/tickets/{ticket['id']}")
        await hears(response, ticket, "new", "repriced", "reserved", "freed", "withdrawn")


async def test_everybody_sees_a_sale(stack: Stack, new_client: NewClient) -> None:
    seller, buyer = await new_client(), await new_client()
    async with following(f"{stack.url}{TICKETS}") as response:
        ticket = await seller.create_ticket()
        order = await buyer.buy(ticket)
        await eventually(lambda: "sold" in told(response, ticket), within=WITHIN_SECONDS)
        [sold] = [event.data for event in response.events if event.name == "sold" and event.data["id"] == ticket["id"]]
        assert sold["orderId"] == order["id"]


async def test_pages_of_a_stopping_process_go_on_at_another(stack: Stack, new_client: NewClient) -> None:
    seller = await new_client()
    url = stack.urls()
    async with following(f"{url['tickets-1']}{TICKETS}") as response:
        first = await seller.create_ticket()
        await hears(response, first, "new")
        os.kill(stack.pid("tickets-1"), signal.SIGTERM)
        await eventually(lambda: response.ended, what="the end of the stream")
    second = await seller.create_ticket()
    for replica in ("tickets-2", "tickets-1"):  # which the supervisor has started again
        missed = await missed_at(f"{url[replica]}{TICKETS}", response.last_id)
        assert "reset" not in missed.names
        assert (told(missed, first), told(missed, second)) == ([], ["new"])


async def missed_at(url: str, last_event_id: str) -> Followed:
    """What a page that connects again gets, once the process is ready."""
    found: list[Followed] = []

    async def is_told() -> bool:
        with suppress(httpx.TransportError):
            async with following(url, last_event_id=last_event_id) as response:
                found.append(response)
                return bool(response.events)
        return False

    await eventually(is_told, within=60, what="the missed events")
    return found[-1]


async def test_buyers_follow_their_own_orders(stack: Stack, new_client: NewClient) -> None:
    seller, buyer, other = await new_client(), await new_client(), await new_client()
    async with own_orders(stack, buyer) as response, own_orders(stack, other) as elsewhere:
        order = await buyer.create_order(await seller.create_ticket())
        await state_is(response, "awaiting_payment")
        await buyer.pay(order, DECLINED_CARD)
        await state_is(response, "declined")
        await buyer.pay(order)
        await state_is(response, "paid")
        assert response.events[-1].data == await buyer.order(order)
        assert {event.data["id"] for event in response.events} == {order["id"]}
        assert elsewhere.events == []


async def state_is(response: Followed, state: str) -> None:
    await eventually(
        lambda: bool(response.events) and response.events[-1].data["summary"]["state"] == state,
        within=WITHIN_SECONDS,
        what=f"the state {state}",
    )


async def test_own_orders_are_not_told_after_signing_out(stack: Stack, new_client: NewClient) -> None:
    buyer = await new_client()
    async with own_orders(stack, buyer) as response:
        await buyer.http.post("/api/users/signout", json={})
        await eventually(lambda: response.ended, what="the end of the stream")
