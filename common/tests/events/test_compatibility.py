"""Two releases run side by side: each reads the other's events, or retries until a newer replica does."""

import json
from collections.abc import Iterator
from copy import deepcopy
from enum import Enum
from typing import Any, get_args

import pytest
from common.tests.events.samples import sample
from pydantic import BaseModel, ValidationError

from ticketing_common.errors import Unavailable
from ticketing_common.events import EVENTS, Event, OrderCreated, Subject

Path = tuple[str | int, ...]


# An event of the previous release has no other fields; this list must not grow.
REQUIRED = {
    "ticket": {"id", "version", "title", "price", "userId"},
    "order": {"id", "version", "hold", "status", "userId", "expiresAt", "ticket"},
    "expiration": {"orderId"},
    "payment": {"id", "version", "orderId", "status", "stripeId", "amount", "captured", "refunded"},
    "session": {"userId", "expiresAt"},
}


# Without it the event is another one.
PART_OF_ID = {(Subject.SESSION_REVOKED, ("sessionId",))}


def fields(model: type[BaseModel], at: Path = ()) -> Iterator[tuple[str, Path]]:
    """(sort, path) of each enum, optional field and nested model; of a list's items, the first."""
    for name, field in model.model_fields.items():
        path, kind = (*at, field.alias or name), field.annotation
        if not field.is_required():
            yield "optional", path
        if get_args(kind):  # `X | None` or `tuple[X, ...]`
            path = (*path, 0) if Ellipsis in get_args(kind) else path
            kind = get_args(kind)[0]
        if isinstance(kind, type) and issubclass(kind, Enum):
            yield "enum", path
        if isinstance(kind, type) and issubclass(kind, BaseModel):
            yield "model", path
            yield from fields(kind, path)


def every(wanted: str) -> list[Any]:
    """A test parameter (subject, path) for each of this sort in every event."""
    found = [(subject, path) for subject, event in EVENTS.items() for sort, path in fields(event) if sort == wanted]
    found += [(subject, ()) for subject in EVENTS if wanted == "model"]
    return [pytest.param(*item, id=f"{item[0]}:{'.'.join(map(str, item[1]))}") for item in found]


def changed(subject: Subject, path: Path, *value: object) -> bytes:
    """The sample with this value at `path`, or without the field if there is no value."""
    data = deepcopy(sample(subject))
    parent: Any = data
    for key in path[:-1]:
        parent = parent[key]
    if value:
        parent[path[-1]] = value[0]
    else:
        del parent[path[-1]]
    return json.dumps(data).encode()


def event(subject: Subject) -> Event:
    return EVENTS[subject].model_validate(sample(subject))


@pytest.mark.parametrize("subject", Subject)
def test_no_field_becomes_required(subject: Subject) -> None:
    required = {field.alias or name for name, field in EVENTS[subject].model_fields.items() if field.is_required()}
    command = {"paymentId", "reason"} if subject is Subject.ORDER_REFUND_DUE else set()
    assert required == REQUIRED[subject.partition(".")[0]] | command


@pytest.mark.parametrize(("subject", "path"), every("model"))
def test_unknown_field_is_ignored(subject: Subject, path: Path) -> None:
    assert EVENTS[subject].parse(changed(subject, (*path, "newField"), {"a": 1})) == event(subject)


@pytest.mark.parametrize(("subject", "path"), every("optional"))
def test_missing_optional_field_gets_its_default(subject: Subject, path: Path) -> None:
    parsed = EVENTS[subject].parse(changed(subject, path))
    assert parsed.event_id == event(subject).event_id or (subject, path) in PART_OF_ID


@pytest.mark.parametrize(("subject", "path"), every("enum"))
def test_unknown_enum_value_is_retried(subject: Subject, path: Path) -> None:
    with pytest.raises(Unavailable, match="A newer release published"):
        EVENTS[subject].parse(changed(subject, path, "of_a_newer_release"))


@pytest.mark.parametrize("value", [None, 5, {}])
def test_invalid_value_is_not_retried(value: object) -> None:
    with pytest.raises(ValidationError):
        OrderCreated.parse(changed(Subject.ORDER_CREATED, ("status",), value))


def test_unknown_enum_value_beside_an_error_is_not_retried() -> None:
    data = {**sample(Subject.ORDER_CREATED), "status": "archived", "version": "three"}
    with pytest.raises(ValidationError):
        OrderCreated.parse(json.dumps(data).encode())
