"""The only code that speaks NATS: connection, streams, publisher, listener, dead letters."""

from ticketing_common.messaging.connection import Broker
from ticketing_common.messaging.listener import ComeBackLater, Listener, RetryPolicy
from ticketing_common.messaging.publisher import EventPublisher, Publisher
from ticketing_common.messaging.streams import StreamLimits
from ticketing_common.messaging.subscription import Subscription

__all__ = [
    "Broker",
    "ComeBackLater",
    "EventPublisher",
    "Listener",
    "Publisher",
    "RetryPolicy",
    "StreamLimits",
    "Subscription",
]
