"""The collector waits for spans that other processes send later."""

import asyncio

from ticketing_test_support.otlp import ORDER_ID, CollectedSpan, Collector, Edge


def message(service: str, name: str, span_id: str, parent_id: str) -> CollectedSpan:
    attributes = {ORDER_ID: "order", "messaging.system": "nats"}
    return CollectedSpan(service, name, "trace", span_id, parent_id, (parent_id,), attributes)


async def test_trace_of_order_has_the_publisher_of_each_message() -> None:
    collector = Collector(0)
    collector.spans.append(message("tickets", "process order.cancelled", "b", "a"))
    trace = asyncio.create_task(collector.trace_of_order("order", [Edge("order.cancelled", "tickets")]))
    await asyncio.sleep(0)  # it looks once
    collector.spans.append(message("orders", "publish order.cancelled", "a", "root"))
    collector.spans.append(CollectedSpan("orders", "cancel order", "trace", "root", "", (), {}))
    assert [span.span_id for span in await trace] == ["b", "a", "root"]
