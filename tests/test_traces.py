"""A purchase is one trace through all services, whether or not the buyer's client sends a traceparent.

The late payments are in test_late_payment.py.
"""

from secrets import token_hex

import pytest

from ticketing_test_support.api import Json, NewClient
from ticketing_test_support.otlp import CollectedSpan, Collector, Edge
from ticketing_test_support.traces import EXPIRED, PURCHASED, unlinked


def named(trace: list[CollectedSpan], name: str) -> CollectedSpan:
    return next(span for span in trace if span.name == name)


@pytest.mark.parametrize("caller", [None, f"00-{token_hex(16)}-{token_hex(8)}-01"], ids=["browser", "traced client"])
async def test_purchase_is_one_trace(new_client: NewClient, collector: Collector, caller: str | None) -> None:
    seller, buyer = await new_client(), await new_client()
    ticket = await seller.create_ticket()
    if caller:
        buyer.http.headers["traceparent"] = caller
    order = await buyer.buy(ticket)
    trace = await collector.trace_of_order(order["id"], PURCHASED)
    assert unlinked(trace, PURCHASED) == []
    placed = named(trace, "POST /api/orders")
    assert (placed.trace_id, placed.parent_id) == ((caller[3:35], caller[36:52]) if caller else (placed.trace_id, ""))
    assert {"insert orders", "find payments", "POST /v1/payment_intents"} <= {span.name for span in trace}


async def test_page_is_in_one_trace_with_what_it_reads(new_client: NewClient, collector: Collector) -> None:
    seller = await new_client()
    ticket = await seller.create_ticket()
    trace_id = token_hex(16)
    await seller.http.get(f"/tickets/{ticket['id']}", headers={"traceparent": f"00-{trace_id}-{token_hex(8)}-01"})
    names = ("GET /tickets/[id]", "GET /api/tickets/{id}", "GET /api/tickets/{ticket_id}")
    page, call, request = await collector.named_spans(trace_id, names)
    assert (page.service, call.service, request.service) == ("client", "client", "tickets")
    assert (call.parent_id, request.parent_id) == (page.span_id, call.span_id)


async def test_payment_request_of_another_trace_is_linked(new_client: NewClient, collector: Collector) -> None:
    seller, buyer = await new_client(), await new_client()
    order = await buyer.buy(await seller.create_ticket())
    trace = await collector.trace_of_order(order["id"], PURCHASED)
    (request,) = named(trace, "pay order").links
    (found,) = [span for span in collector.spans if span.span_id == request]
    assert found.name == "POST /api/payments"
    assert found.trace_id != trace[0].trace_id


async def test_expiry_is_in_the_order_s_trace(expired_order: Json, collector: Collector) -> None:
    trace = await collector.trace_of_order(expired_order["id"], EXPIRED)
    assert unlinked(trace, EXPIRED) == []
    fired = named(trace, "fire expiration")
    assert fired.attributes["ticketing.order.id"] == expired_order["id"]


async def test_cancellation_is_in_the_order_s_trace(new_client: NewClient, collector: Collector) -> None:
    seller, buyer = await new_client(), await new_client()
    order = await buyer.create_order(await seller.create_ticket())
    assert (await buyer.cancel(order)).status_code == 204
    edges = [Edge("order.cancelled", "tickets"), Edge("order.cancelled", "payments")]
    trace = await collector.trace_of_order(order["id"], edges)
    assert unlinked(trace, edges) == []
    assert named(trace, "cancel order").service == "orders"
