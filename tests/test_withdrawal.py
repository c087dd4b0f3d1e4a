"""A ticket is withdrawn before tickets knows that somebody has ordered it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta

from ticketing_common.messaging import connect_readonly
from ticketing_common.stream_names import EVENTS_STREAM
from ticketing_test_support.api import ApiClient, Json, NewClient
from ticketing_test_support.stack import Stack
from ticketing_test_support.timelines import in_order, timeline_of
from ticketing_test_support.waiting import eventually

CONSUMER = "tickets-order-created"
# Longer than the test takes; an end that is lost does no harm.
PAUSE = timedelta(minutes=1)


@asynccontextmanager
async def orders_unknown_to_tickets(stack: Stack) -> AsyncIterator[None]:
    """While inside, tickets does not hear of new orders."""
    async with connect_readonly(stack.urls()["nats"]) as jetstream:
        await jetstream.pause_consumer(EVENTS_STREAM, CONSUMER, (datetime.now(UTC) + PAUSE).isoformat())
        try:
            yield
        finally:
            await jetstream.resume_consumer(EVENTS_STREAM, CONSUMER)


async def test_order_that_the_withdrawal_did_not_know_goes_on(stack: Stack, new_client: NewClient) -> None:
    seller, buyer, other = await new_client(), await new_client(), await new_client()
    bought, expired = [await seller.create_ticket() for _ in range(2)]
    async with orders_unknown_to_tickets(stack):
        orders = [await buyer.create_order(ticket) for ticket in (bought, expired)]
        assert [(await seller.withdraw(ticket)).status_code for ticket in (bought, expired)] == [204, 204]
        assert [await status(other, ticket) for ticket in (bought, expired)] == [404, 404]
        assert (await buyer.pay(orders[0])).status_code == 201
    await buyer.wait_for_status(orders[1], "cancelled", "expired")
    await eventually(lambda: told(stack, orders[1]), within=30, what="the withdrawal taking effect")
    assert (await seller.ticket(bought))["orderId"] == orders[0]["id"]
    assert (await seller.ticket(expired))["withdrawn"] is True
    assert await status(other, expired) == 404
    assert (await other.http.post("/api/orders", json={"ticketId": expired["id"]})).status_code == 404


async def status(viewer: ApiClient, ticket: Json) -> int:
    return (await viewer.http.get(f"/api/tickets/{ticket['id']}")).status_code


async def told(stack: Stack, order: Json) -> bool:
    """Whether the trace has the whole story."""
    return in_order(
        await timeline_of(stack, order["id"]),
        "stream: ticket.withdrawn (version 1, withdrawn by its seller)",
        "stream: ticket.updated (version 2, held by this order, withdrawn by its seller)",
        "stream: ticket.withdrawn (version 3, no longer held by this order, withdrawn by its seller)",
    )
