"""The line that each delivery of a message leaves in the log."""

import logging
import time

import structlog
from nats.aio.msg import Msg

from ticketing_common.observability.lines import OUTPUT, Heads, quoted, start

log = structlog.get_logger(__name__)
_LOGGER = logging.getLogger(__name__)  # asked first, as in `web.request_log`

_CONSTANT = ("subject", "consumer", "outcome")
# $JS.ACK.STREAM.CONSUMER.DELIVERIES.… has 9 parts; servers with a domain put two more before the stream.
_PARTS = 9
_DELIVERIES = 4


class Delivery:
    """What is known of a message while it is handled. `order_id` is the order that it is about, if any."""

    __slots__ = ("message", "order_id", "started")

    def __init__(self, message: Msg) -> None:
        self.message = message
        self.order_id: str | None = None
        self.started = time.perf_counter()

    @property
    def number(self) -> int:
        """1 for the first delivery."""
        parts = self.message.reply.split(".")
        return int(parts[_DELIVERIES if len(parts) == _PARTS else _DELIVERIES + 2])


class MessageLog:
    """Writes `message` lines of one consumer."""

    def __init__(self, subject: str, consumer: str) -> None:
        self._subject = subject
        self._consumer = consumer
        self._heads = Heads("message", names=_CONSTANT)

    def write(self, delivery: Delivery, outcome: str, *, trace_id: str | None) -> None:
        """Log the outcome of one delivery, which ends now. `trace_id` is 32 hex digits."""
        constant = (self._subject, self._consumer, outcome)
        duration_ms = (time.perf_counter() - delivery.started) * 1000
        if OUTPUT.enabled:
            OUTPUT.add(
                f'{start()}{self._heads.get(constant)}"deliveries": {delivery.number}, '
                f'"duration_ms": {duration_ms:.3f}, "trace_id": "{trace_id}", '
                f'"order_id": {quoted(delivery.order_id)}}}\n'
            )
        elif _LOGGER.isEnabledFor(logging.INFO):
            log.info(
                "message",
                **dict(zip(_CONSTANT, constant, strict=True)),
                deliveries=delivery.number,
                duration_ms=round(duration_ms, 3),
                order_id=delivery.order_id,
            )
