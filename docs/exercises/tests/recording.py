"""Records the trace of an order that is paid too late, and shows it as a tree."""

import asyncio
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager

import httpx

from ticketing_test_support.api import NewClient
from ticketing_test_support.faults import frozen
from ticketing_test_support.otlp import CollectedSpan, Collector
from ticketing_test_support.stack import Stack
from ticketing_test_support.traces import REFUNDED
from ticketing_test_support.waiting import eventually

CONSUMER = "messaging.consumer.group.name"
# Longer than payments waits for a response: it learns of the charge in another way.
SLOW_CONFIRMATION = {"kind": "delay", "when": "after", "path": "/v1/payment_intents/*/confirm", "seconds": 30}


class Recording:
    """The spans of one trace, in the order in which they were sent, and those of other traces that it links to."""

    def __init__(self, spans: Sequence[CollectedSpan], everything: Sequence[CollectedSpan]) -> None:
        self.spans = spans
        self._by_id = {span.span_id: span for span in everything}

    def named(self, name: str) -> CollectedSpan:
        """The first of this name."""
        return next(span for span in self.spans if span.name == name)

    def children(self, parent: CollectedSpan) -> list[CollectedSpan]:
        """Of a span."""
        return [span for span in self.spans if span.parent_id == parent.span_id]

    def ancestors(self, span: CollectedSpan) -> Iterator[CollectedSpan]:
        """From its parent to the root."""
        while found := self._by_id.get(span.parent_id):
            yield found
            span = found

    def linked(self, span: CollectedSpan) -> list[CollectedSpan]:
        """What it links to in other traces."""
        found = (self._by_id.get(link) for link in span.links)
        return [other for other in found if other and other.trace_id != span.trace_id]

    def __str__(self) -> str:
        ids = {span.span_id for span in self.spans}
        roots = [span for span in self.spans if span.parent_id not in ids]
        return "".join(line for root in roots for line in self._lines(root, ""))

    def _lines(self, span: CollectedSpan, indent: str) -> Iterator[str]:
        consumer = span.attributes.get(CONSUMER)
        about = [f"by {consumer}"] if consumer else []
        about += [f"linked to '{other.name}' of another trace" for other in self.linked(span)]
        yield f"{indent}{span.service}: {', '.join([span.name, *about])}\n"
        for child in self.children(span):
            yield from self._lines(child, f"{indent}  ")


async def record_late_payment(stack: Stack, new_client: NewClient, collector: Collector) -> Recording:
    """Stripe charges the card and does not respond in time. The order expires, and another user takes the ticket."""
    seller, buyer, other = await new_client(), await new_client(), await new_client()
    ticket = await seller.create_ticket()
    order = await buyer.create_order(ticket)
    async with _slow_stripe(stack) as stripe:
        paying = asyncio.create_task(buyer.pay(order))
        await eventually(lambda: _is_charged(stripe, order["id"]), what="the charge")
        # Otherwise payments may be faster than the other user: then the order is reinstated.
        with frozen(stack, "payments"):
            await buyer.wait_for_status(order, "cancelled", "expired")
            await other.create_order(ticket)
        await paying
        await buyer.wait_for_payment(order, status="refunded")
    return Recording(await collector.trace_of_order(order["id"], REFUNDED), list(collector.spans))


async def _is_charged(stripe: httpx.AsyncClient, order_id: str) -> bool:
    intents = (await stripe.get("/emulator/ledger")).json()["payment_intents"]
    return (order_id, "succeeded") in [(intent["metadata"].get("order_id"), intent["status"]) for intent in intents]


@asynccontextmanager
async def _slow_stripe(stack: Stack) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(base_url=stack.urls()["stripe"], timeout=30, trust_env=False) as stripe:
        await stripe.put("/emulator/faults", json={"faults": [SLOW_CONFIRMATION, {"kind": "withhold"}]})
        try:
            yield stripe
        finally:
            await stripe.delete("/emulator/faults")
            await stripe.post("/emulator/webhooks/release")
