"""The only code that speaks NATS: connection, streams, publisher, listener, dead letters."""

from ticketing_common.messaging.connection import Broker
from ticketing_common.messaging.dead_letters import DeadLetter, DeadLetters, NotReplayable
from ticketing_common.messaging.inspection import Backlog, SaidEvent, backlogs, inspecting, said_events
from ticketing_common.messaging.listener import ComeBackLater, Listener, RetryPolicy
from ticketing_common.messaging.publisher import EventPublisher, Publisher
from ticketing_common.messaging.streams import StreamLimits
from ticketing_common.messaging.subscription import Subscription

__all__ = [
    "Backlog",
    "Broker",
    "ComeBackLater",
    "DeadLetter",
    "DeadLetters",
    "EventPublisher",
    "Listener",
    "NotReplayable",
    "Publisher",
    "RetryPolicy",
    "SaidEvent",
    "StreamLimits",
    "Subscription",
    "backlogs",
    "inspecting",
    "said_events",
]
