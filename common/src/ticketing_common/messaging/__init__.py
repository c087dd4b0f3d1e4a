"""The only code that uses NATS: connection, streams, publisher, consumers, dead letters."""

from ticketing_common.messaging.connection import Broker
from ticketing_common.messaging.consumer import Consumer
from ticketing_common.messaging.dead_letters import DeadLetter, DeadLetters, NotReplayable
from ticketing_common.messaging.follow import FollowConsumer, Follower, StreamEnd
from ticketing_common.messaging.inspection import (
    Backlog,
    StoredEvent,
    backlogs,
    connect_readonly,
    read_events,
    republish,
)
from ticketing_common.messaging.listener import BatchListener, Listener, RetryLater, RetryPolicy
from ticketing_common.messaging.monitoring import BrokerState, ConsumerLag, StreamFill, read_broker_state
from ticketing_common.messaging.publisher import MAX_BATCH, EventPublisher, Publisher
from ticketing_common.messaging.replay import ReplayConsumer
from ticketing_common.messaging.streams import StreamLimits

__all__ = [
    "MAX_BATCH",
    "Backlog",
    "BatchListener",
    "Broker",
    "BrokerState",
    "Consumer",
    "ConsumerLag",
    "DeadLetter",
    "DeadLetters",
    "EventPublisher",
    "FollowConsumer",
    "Follower",
    "Listener",
    "NotReplayable",
    "Publisher",
    "ReplayConsumer",
    "RetryLater",
    "RetryPolicy",
    "StoredEvent",
    "StreamEnd",
    "StreamFill",
    "StreamLimits",
    "backlogs",
    "connect_readonly",
    "read_broker_state",
    "read_events",
    "republish",
]
