"""The bounds of the store, and its search."""

from infra.observability.tests.samples import MS, ORDER_ID, TRACE_ID, span

from ticketing_telemetry.store import Query, TraceStore


def ids(count: int) -> list[str]:
    return [f"{number:032x}" for number in range(1, count + 1)]


def test_newest_traces_are_kept() -> None:
    store = TraceStore(max_traces=2)
    first, second, third = ids(3)
    store.add([span(1, trace_id=first), span(1, trace_id=second)])
    store.add([span(2, trace_id=first)])  # not the oldest any more
    store.add([span(1, trace_id=third)])
    assert [store.get(trace_id) is not None for trace_id in (first, second, third)] == [True, False, True]


def test_spans_of_a_trace_are_capped_and_counted() -> None:
    store = TraceStore(max_spans=3)
    store.add(span(number) for number in range(10))
    trace = store.get(TRACE_ID)
    assert trace is not None
    assert (len(trace.spans), trace.dropped) == (3, 7)


def test_spans_of_all_traces_are_capped() -> None:
    store = TraceStore(max_total_spans=5)
    for trace_id in ids(4):
        store.add([span(number, trace_id=trace_id) for number in (1, 2, 2)])
    assert [store.get(trace_id) is not None for trace_id in ids(4)] == [False, False, True, True]


def test_span_sent_twice_is_stored_once() -> None:
    store = TraceStore(max_spans=1)
    store.add([span(1), span(1)])
    trace = store.get(TRACE_ID)
    assert trace is not None
    assert (len(trace.spans), trace.dropped) == (1, 0)


def test_search_by_each_condition() -> None:
    store = TraceStore()
    slow, paid, failed = ids(3)
    store.add(
        [
            span(1, trace_id=slow, end=900 * MS, service="tickets"),
            span(2, trace_id=paid, attributes={"ticketing.order.id": ORDER_ID}),
            span(3, trace_id=failed, is_error=True, name="POST /api/payments"),
        ]
    )

    def found(**conditions: object) -> list[str]:
        return [trace.id for trace in store.search(Query(**conditions))]  # type: ignore[arg-type]

    assert found() == [failed, paid, slow]
    assert found(text=slow[:30] + "01") == [slow]
    assert found(text=ORDER_ID) == [paid]
    assert found(text="api/payments") == [failed]
    assert found(service="tickets") == [slow]
    assert found(errors_only=True) == [failed]
    assert found(min_duration=500 * MS) == [slow]


def test_trace_of_an_order_is_found_before_requests_that_read_it() -> None:
    store = TraceStore()
    own, *reads = ids(4)
    of_order = {"ticketing.order.id": ORDER_ID}
    store.add([span(1, trace_id=own, attributes=of_order), span(2, trace_id=own, service="payments")])
    store.add(span(number + 5, trace_id=trace_id, attributes=of_order) for number, trace_id in enumerate(reads))
    assert [trace.id for trace in store.search(Query(text=ORDER_ID), limit=2)] == [own, reads[-1]]
