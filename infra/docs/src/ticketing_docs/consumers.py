"""Who publishes and who consumes which event, as the services declare it."""

import pkgutil
from collections.abc import Iterator
from importlib import import_module
from inspect import cleandoc
from typing import Any, NamedTuple

from ticketing_common.events import Subject
from ticketing_common.messaging import Listener
from ticketing_local.permissions import NATS_USERS
from ticketing_local.settings import SERVICES


class DurableConsumer(NamedTuple):
    """A durable consumer of a service: its replicas share the messages."""

    name: str
    service: str
    subject: Subject
    description: str


class Reader(NamedTuple):
    """A service of which each process reads all messages of the subject, with a consumer that ends with it."""

    service: str
    subject: Subject
    description: str


def publishers() -> Iterator[tuple[str, Subject]]:
    """Each service with each subject that it publishes; it has no permission to publish others."""
    for user in NATS_USERS:
        yield from ((user.name, subject) for subject in Subject if subject.partition(".")[0] == user.events)


def durable_consumers() -> Iterator[DurableConsumer]:
    """The listeners in all modules named `listeners`."""
    for service in SERVICES:
        for listener in _listeners(f"ticketing_{service}"):
            yield DurableConsumer(
                listener.durable, service, listener.event.subject, cleandoc(listener.__doc__ or listener.durable)
            )


def _listeners(package: str) -> Iterator[type[Listener[Any]]]:
    for module in pkgutil.walk_packages(import_module(package).__path__, f"{package}."):
        if module.name.endswith(".listeners"):
            found = vars(import_module(module.name)).values()
            yield from (item for item in found if isinstance(item, type) and "durable" in vars(item))


def readers() -> Iterator[Reader]:
    """Who learns of revoked sessions, and who feeds the event streams of browsers."""
    for user in NATS_USERS:
        if user.reads_sessions:
            text = "Refuse the session. Each process reads those that have not expired when it starts."
            yield Reader(user.name, Subject.SESSION_REVOKED, text)
        for pattern in user.follows:
            for subject in Subject:
                if subject == pattern or (pattern.endswith(">") and subject.startswith(pattern[:-1])):
                    yield Reader(user.name, subject, "Show it to the browsers that follow the service's event stream.")
