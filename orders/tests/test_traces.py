"""An order keeps the trace of the request that placed it."""

from ticketing_common.mongo import Database
from ticketing_common.observability import spans, tracing
from ticketing_common.observability.spans import Kind
from ticketing_orders.domain import Order
from ticketing_orders.store import MongoOrderStore
from ticketing_test_support.orders import cancel, list_ticket, place
from ticketing_test_support.spans import RecordedSpans, context_of, links_of, parent_of


async def traces_of_events(database: Database, order: Order) -> list[str]:
    document = await database.collection("orders").find_one({"_id": order.id})
    return [entry["trace"][3:35] for entry in document["outbox"]] if document else []


async def test_cancellation_continues_the_trace_of_the_order(store: MongoOrderStore, memory: Database) -> None:
    placed_in = tracing.begin()
    order = await place(store, await list_ticket(store))
    tracing.begin()
    await cancel(store, order)
    assert await traces_of_events(memory, order) == [placed_in[3:35]] * 2


async def test_order_of_the_release_before_is_cancelled_in_the_request_s_trace(
    store: MongoOrderStore, memory: Database
) -> None:
    order = await place(store, await list_ticket(store))
    await memory.collection("orders").update_one({"_id": order.id}, {"$unset": {"trace": ""}})
    cancelled_in = tracing.begin()
    await cancel(store, order)
    assert (await traces_of_events(memory, order))[1] == cancelled_in[3:35]


async def test_cancellation_is_linked_to_its_request(store: MongoOrderStore, recorded_spans: RecordedSpans) -> None:
    ticket = await list_ticket(store)
    with spans.enter("POST", Kind.SERVER):
        order = await place(store, ticket)
    with spans.enter("DELETE", Kind.SERVER):
        await cancel(store, order)
    found = recorded_spans.by_name()
    assert parent_of(found["cancel order"]) == context_of(found["POST"])
    assert links_of(found["cancel order"]) == [context_of(found["DELETE"])]
    assert parent_of(found["insert orders"]) == context_of(found["POST"])
    assert parent_of(found["update orders"]) == context_of(found["cancel order"])
