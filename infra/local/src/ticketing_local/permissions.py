"""What each service and the exporter may do on NATS and Redis. The manifests say the same; a test compares them.

MongoDB needs no more than this: each service has a user with rights on its one database.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from ticketing_common.stream_names import DEAD_PREFIX, DEAD_STREAM, EVENTS_STREAM

OPERATOR = "ops"
EXPORTER = "exporter"


@dataclass(frozen=True)
class NatsUser:
    """A service: the first token of its events' subjects, and the subject that each of its durable consumers reads.

    With `reads_sessions` each of its processes also reads the revoked sessions, with a consumer of its own, and
    likewise what `follows` names, for its event streams.
    """

    name: str
    events: str
    consumers: Mapping[str, str] = field(default_factory=dict)
    reads_sessions: bool = False
    follows: tuple[str, ...] = ()

    def publish(self) -> Iterator[str]:
        """The subjects that it may publish to, requests to JetStream included."""
        yield f"{self.events}.>"
        yield "status.write_failed"
        for stream in (EVENTS_STREAM, DEAD_STREAM):
            yield from (f"$JS.API.STREAM.{request}.{stream}" for request in ("INFO", "CREATE", "UPDATE"))
        for durable, subject in self.consumers.items():
            yield f"$JS.API.CONSUMER.CREATE.{EVENTS_STREAM}.{durable}.{subject}"
            yield f"$JS.API.CONSUMER.INFO.{EVENTS_STREAM}.{durable}"
            yield f"$JS.API.CONSUMER.MSG.NEXT.{EVENTS_STREAM}.{durable}"
            yield f"$JS.ACK.{EVENTS_STREAM}.{durable}.>"
            yield f"{DEAD_PREFIX}.{durable}"
        if self.reads_sessions:
            for subject in ("session.revoked", *self.follows):
                yield f"$JS.API.CONSUMER.CREATE.{EVENTS_STREAM}.*.{subject}"
            yield f"$JS.FC.{EVENTS_STREAM}.>"  # flow control

    def subscribe(self) -> Iterator[str]:
        """The subjects that it may subscribe to: replies to itself, and what the processes tell each other."""
        yield _inbox(self.name)
        yield "status.write_failed"


NATS_USERS = (
    NatsUser("auth", "session", reads_sessions=True),
    NatsUser(
        "tickets",
        "ticket",
        {
            "tickets-order-created": "order.created",
            "tickets-order-cancelled": "order.cancelled",
            "tickets-order-completed": "order.completed",
            "tickets-availability-alerts": "ticket.updated",
            "tickets-alerts-account-deleted": "session.revoked",
        },
        reads_sessions=True,
        follows=("ticket.>", "order.completed"),
    ),
    NatsUser(
        "orders",
        "order",
        {
            "orders-ticket-created": "ticket.created",
            "orders-ticket-updated": "ticket.updated",
            "orders-ticket-withdrawn": "ticket.withdrawn",
            "orders-expiration-complete": "expiration.complete",
            "orders-payment-created": "payment.created",
            "orders-payment-failed": "payment.failed",
            "orders-payment-refunded": "payment.refunded",
        },
        reads_sessions=True,
        follows=("order.>", "payment.>"),
    ),
    NatsUser(
        "payments",
        "payment",
        {
            "payments-order-created": "order.created",
            "payments-order-cancelled": "order.cancelled",
            "payments-order-completed": "order.completed",
            "payments-order-refund-due": "order.refund_due",
        },
        reads_sessions=True,
    ),
    NatsUser("expiration", "expiration", {"expiration-order-created": "order.created"}),
)

# Only reads: the state of the account, the streams and their consumers, and the time of an event, which comes with it.
EXPORTER_REQUESTS = (
    "INFO",
    f"STREAM.INFO.{EVENTS_STREAM}",
    f"STREAM.INFO.{DEAD_STREAM}",
    f"STREAM.MSG.GET.{EVENTS_STREAM}",
    f"CONSUMER.LIST.{EVENTS_STREAM}",
)

# RQ's keys and channels, and the wake-ups of the relay; the counters of the frequency limits; statistics without keys.
# Dangerous commands, such as FLUSHALL and KEYS, are left to the operator, who is Redis' default user.
REDIS_RULES = {
    "expiration": "~rq:* resetchannels &rq:* &expiration:fired +@all -@dangerous +info +client|list +client|setname",
    "limits": "~limits:* resetchannels +@list +incrby +expire +eval +evalsha +script|load +ping",
    "monitor": "resetchannels +ping +info +slowlog|get +slowlog|len +latency|latest",
}


def nats_users() -> tuple[str, ...]:
    """Each user of NATS, by name."""
    return (OPERATOR, *(user.name for user in NATS_USERS), EXPORTER)


def nats_authorization() -> str:
    """The users' part of nats.conf, which takes the passwords from the environment: $TICKETS_PASSWORD …"""
    operator = f"    {{ user: {OPERATOR}, password: ${password_variable(OPERATOR)} }}"
    services = (_user_block(user.name, user.publish(), user.subscribe()) for user in NATS_USERS)
    requests = (f"$JS.API.{request}" for request in EXPORTER_REQUESTS)
    exporter = _user_block(EXPORTER, requests, [_inbox(EXPORTER)])
    return "\n".join(["authorization {", "  users: [", operator, *services, exporter, "  ]", "}", ""])


def password_variable(user: str) -> str:
    """The environment variable with the password of a server's user."""
    return f"{user.upper()}_PASSWORD"


def _inbox(user: str) -> str:
    """Where replies to this user go."""
    return f"_INBOX_{user}.>"


def _user_block(name: str, publish: Iterable[str], subscribe: Iterable[str]) -> str:
    published = "".join(f'          "{subject}"\n' for subject in publish)
    subscribed = "".join(f'          "{subject}"\n' for subject in subscribe)
    return f"""\
    {{
      user: {name}
      password: ${password_variable(name)}
      permissions: {{
        publish: [
{published}        ]
        subscribe: [
{subscribed}        ]
      }}
    }}"""
