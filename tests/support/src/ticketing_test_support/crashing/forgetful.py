"""Two mistakes, made on purpose: a relay that takes events out of the outbox before it has published them, and a
subscription that acknowledges before it handles. Importing this makes them, in that process alone.

Only the services of `FORGETFUL` do: a stack that shows that crash points see what such mistakes lose.
"""

from collections.abc import Sequence
from typing import Any

from ticketing_common.messaging import Consumer
from ticketing_common.outbox import OutboxSource, PendingEvents, Relay
from ticketing_common.steps import Step, reached


async def _pull_then_publish(relay: Relay, batch: Sequence[tuple[OutboxSource, PendingEvents]]) -> int:
    for source, item in batch:
        await source.remove_published([(item.document_id, [envelope.id for envelope in item.envelopes])])
    reached(Step.PULLED, batch)
    stored = await relay._publisher.publish([envelope for _, item in batch for envelope in item.envelopes])
    reached(Step.PUBLISHED, batch)
    return len(stored)


async def _acknowledge_then_handle(subscription: Consumer, message: Any) -> str:
    await message.ack_sync()
    reached(Step.HEARD, subscription.name, message.data)
    await subscription._handle(message)
    reached(Step.HANDLED, subscription.name, message.data)
    return "done"


Relay._relay = _pull_then_publish  # type: ignore[method-assign,assignment]
Consumer._settle = _acknowledge_then_handle  # type: ignore[method-assign,assignment]
