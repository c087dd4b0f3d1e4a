"""What works on a payment later continues the trace of its order."""

from collections import Counter
from datetime import timedelta

from ticketing_common.mongo import Database
from ticketing_common.observability import spans, tracing
from ticketing_common.observability.spans import Kind
from ticketing_payments.use_cases.reconcile import reconcile_due
from ticketing_test_support.payments.scenario import NOW, PaymentScenario, make_order
from ticketing_test_support.payments.stripe import GOOD, REQUIRES_3DS
from ticketing_test_support.spans import RecordedSpans, context_of, links_of, parent_of


async def trace_of(scenario: PaymentScenario) -> str:
    """The context in which the order became known."""
    return (await scenario.payment()).trace or ""


async def traces_of_events(database: Database, order_id: str) -> set[str]:
    document = await database.collection("payments").find_one({"_id": order_id})
    return {entry["trace"][3:35] for entry in document["outbox"]} if document else set()


async def test_payment_continues_the_trace_of_its_order(
    scenario: PaymentScenario, recorded_spans: RecordedSpans
) -> None:
    known_in = await trace_of(scenario)
    with spans.enter("POST", Kind.SERVER):
        await scenario.pay(GOOD)
    found = recorded_spans.by_name()
    assert parent_of(found["pay order"]) == known_in
    assert links_of(found["pay order"]) == [context_of(found["POST"])]
    assert await traces_of_events(scenario.database, scenario.order_id) == {known_in[3:35]}


async def test_payment_of_the_release_before_stays_in_the_request_s_trace(scenario: PaymentScenario) -> None:
    await scenario.database.collection("payments").update_one({"_id": scenario.order_id}, {"$unset": {"trace": ""}})
    paid_in = tracing.begin()
    await scenario.pay(GOOD)
    assert await traces_of_events(scenario.database, scenario.order_id) == {paid_in[3:35]}


async def test_reconciler_continues_the_trace_and_then_leaves_it(
    scenario: PaymentScenario, recorded_spans: RecordedSpans
) -> None:
    known_in = await trace_of(scenario)
    await scenario.pay(REQUIRES_3DS)
    assert await reconcile_due(scenario.deps, NOW + timedelta(days=1)) == 1
    assert tracing.trace_id() is None
    assert parent_of(recorded_spans.by_name()["reconcile payment"]) == known_in


async def test_reconciled_payment_leaves_no_span_in_the_trace_of_the_one_before(
    scenario: PaymentScenario, recorded_spans: RecordedSpans
) -> None:
    other = PaymentScenario()
    other.store, other.stripe, other.deps = scenario.store, scenario.stripe, scenario.deps
    await other.record(make_order())
    for order in (scenario, other):
        spans.leave()
        await order.pay(REQUIRES_3DS)
    spans.leave()
    assert await reconcile_due(scenario.deps, NOW + timedelta(days=1)) == 2
    traces = [(await trace_of(order))[3:35] for order in (scenario, other)]
    found = Counter(context_of(span)[3:35] for span in recorded_spans.all())
    assert found[traces[0]] == found[traces[1]] > 0
