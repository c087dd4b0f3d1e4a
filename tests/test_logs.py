"""The logs of a running system tell what happened to a purchase, and find a request in every server."""

import secrets
from typing import Any

import httpx

from ticketing_test_support.api import NewClient
from ticketing_test_support.stack import Stack
from ticketing_test_support.waiting import eventually

CONSUMERS = {
    "tickets": {"order.created", "order.completed"},
    "payments": {"order.created", "order.completed"},
    "expiration": {"order.created"},
}


def lines_of(stack: Stack, service: str, event: str, **fields: Any) -> list[dict[str, Any]]:
    return [
        line
        for line in stack.log_lines(service)
        if line["event"] == event and all(line.get(name) == value for name, value in fields.items())
    ]


async def test_trace_of_a_purchase_is_in_the_log_of_every_service(new_client: NewClient, stack: Stack) -> None:
    seller, buyer = await new_client(), await new_client()
    trace_id = secrets.token_hex(16)
    buyer.http.headers["traceparent"] = f"00-{trace_id}-{secrets.token_hex(8)}-01"
    order = await buyer.buy(await seller.create_ticket())

    def consumed() -> bool:
        return all(
            {line["subject"] for line in lines_of(stack, service, "message", trace_id=trace_id)} >= subjects
            for service, subjects in CONSUMERS.items()
        )

    await eventually(consumed, what="the trace in every consumer's log")
    [placed] = lines_of(stack, "orders", "request", trace_id=trace_id, method="POST", status=201)
    assert (placed["route"], placed["user_id"]) == ("/api/orders", buyer.id)
    assert lines_of(stack, "payments", "request", trace_id=trace_id, route="/api/payments", status=201)
    assert lines_of(stack, "orders", "message", order_id=order["id"], subject="payment.created", outcome="handled")


async def test_request_id_is_passed_on_to_the_services(
    new_client: NewClient, anonymous: httpx.AsyncClient, stack: Stack
) -> None:
    buyer, request_id = await new_client(), secrets.token_hex(16)
    page = await buyer.http.get("/orders", headers={"X-Request-ID": request_id})
    assert page.headers["X-Request-ID"] == request_id
    await eventually(lambda: bool(lines_of(stack, "orders", "request", request_id=request_id, user_id=buyer.id)))
    answered = await anonymous.get("/api/tickets", headers={"X-Request-ID": "from-a-client.1"})
    assert answered.headers["X-Request-ID"] == "from-a-client.1"
