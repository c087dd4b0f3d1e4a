"""The span of a message's processing is a child of the one in which it was published, and linked to it."""

from collections.abc import Collection, Sequence
from dataclasses import replace

from ticketing_common.messaging import Broker, Publisher
from ticketing_common.stream_names import EVENTS_STREAM
from ticketing_test_support.listeners import (
    RecordingBatchListener,
    RecordingListener,
    all_acknowledged,
    consuming,
    envelope,
    publish_expirations,
)
from ticketing_test_support.spans import RecordedSpans, context_of, links_of, parent_of
from ticketing_test_support.waiting import eventually

PROCESSED, PUBLISHED = "process expiration.complete", "publish expiration.complete"
IDS = [str(number) for number in range(40)]


async def test_processing_is_linked_to_publishing(broker: Broker, recorded_spans: RecordedSpans) -> None:
    sent = envelope("a")
    await Publisher(broker).publish([sent])
    async with consuming(broker, RecordingListener()):
        await eventually(lambda: all_acknowledged(broker))
    found = recorded_spans.by_name()
    assert parent_of(found[PUBLISHED]) == sent.traceparent
    assert parent_of(found[PROCESSED]) == context_of(found[PUBLISHED])
    assert links_of(found[PROCESSED]) == [context_of(found[PUBLISHED])]
    assert (found[PROCESSED].attributes or {})["ticketing.order.id"] == "a"


async def test_each_event_of_a_batch_is_linked_to_its_publishing(broker: Broker, recorded_spans: RecordedSpans) -> None:
    await publish_expirations(broker, *IDS)
    listener = RecordingBatchListener()
    async with consuming(broker, listener):
        await eventually(lambda: all_acknowledged(broker))
    assert listener.batches
    recorded = recorded_spans.all()
    published = {context_of(span) for span in recorded if span.name == PUBLISHED}
    processed = [span for span in recorded if span.name == PROCESSED]
    assert {parent_of(span) for span in processed} == published
    assert all(links_of(span) == [parent_of(span)] for span in processed)


async def test_event_of_an_unsampled_trace_is_sent_as_it_is(broker: Broker, recorded_spans: RecordedSpans) -> None:
    sent = replace(envelope("a"), traceparent="00-" + "a" * 32 + "-" + "b" * 16 + "-00")
    await Publisher(broker).publish([sent])
    message = await broker.jetstream.get_msg(EVENTS_STREAM, 1)
    assert (message.headers or {})["traceparent"] == sent.traceparent
    assert recorded_spans.all() == []


async def test_batch_that_fails_ends_its_spans(broker: Broker, recorded_spans: RecordedSpans) -> None:
    async def fail(_order_ids: Sequence[str]) -> Collection[str]:
        raise ValueError("not together")

    await publish_expirations(broker, *IDS)
    async with consuming(broker, RecordingBatchListener(fail)):
        await eventually(lambda: all_acknowledged(broker))
    processed = [span for span in recorded_spans.all() if span.name == PROCESSED]
    failed = [span for span in processed if (span.attributes or {}).get("error.type") == "ValueError"]
    assert failed
    assert len(processed) - len(failed) == len(IDS)
