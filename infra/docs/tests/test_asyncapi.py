"""The AsyncAPI document: the events of the contract, and the consumers that the services have."""

import inspect
import json
import re
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
import yaml

from ticketing_common.events import EVENTS, Event, Subject
from ticketing_common.messaging.streams import EVENTS_SUBJECTS
from ticketing_docs.__main__ import DOCUMENTS
from ticketing_docs.event_examples import EXAMPLES
from ticketing_local.permissions import NATS_USERS
from ticketing_ops.consumers import CONSUMERS

CONTRACT = Path(__file__).parents[3] / "common" / "contract"
DOCUMENT: dict[str, Any] = yaml.safe_load((DOCUMENTS / "asyncapi.yaml").read_text())
MESSAGES: dict[str, Any] = DOCUMENT["components"]["messages"]
OPERATIONS: dict[str, dict[str, Any]] = DOCUMENT["operations"]


def subject_of(operation: dict[str, Any]) -> str:
    return str(operation["channel"]["$ref"].removeprefix("#/channels/"))


def service_of(operation: dict[str, Any]) -> str:
    return str(operation["tags"][0]["$ref"].rpartition("/")[2])


def operations(action: str) -> set[tuple[str, str]]:
    found = [operation for operation in OPERATIONS.values() if operation["action"] == action]
    return {(service_of(operation), subject_of(operation)) for operation in found}


@pytest.mark.parametrize("subject", Subject)
def test_payload_is_the_schema_of_the_contract(subject: Subject) -> None:
    contract = json.loads((CONTRACT / f"{subject.value}.json").read_text())
    definitions = contract.pop("$defs", {})
    found = json.dumps(
        [MESSAGES[EVENTS[subject].__name__]["payload"], {name: schema(name) for name in definitions}]
    ).replace("#/components/schemas/", "#/$defs/")
    assert json.loads(found) == [contract, definitions]


def schema(name: str) -> Any:
    return DOCUMENT["components"]["schemas"][name]


def test_every_subject_has_a_channel_in_its_stream() -> None:
    channels = DOCUMENT["channels"]
    stored = {name for name, channel in channels.items() if channel["x-jetstream-stream"] == "TICKETING"}
    assert stored == {subject.value for subject in Subject}
    assert DOCUMENT["x-jetstream-streams"]["TICKETING"]["subjects"] == list(EVENTS_SUBJECTS)
    assert channels.keys() - stored == {"dead"}


def test_durable_consumers_are_those_of_the_services() -> None:
    durable = {
        name: subject_of(operation)
        for name, operation in OPERATIONS.items()
        if operation.get("x-jetstream-consumer", {}).get("durable")
    }
    assert durable == CONSUMERS
    assert DOCUMENT["channels"]["dead"]["parameters"]["consumer"]["enum"] == sorted(CONSUMERS)
    assert {service_of(OPERATIONS[name]) for name in durable} == {name.partition("-")[0] for name in CONSUMERS}


def test_services_publish_what_their_applications_declare() -> None:
    declared = set()
    for user in NATS_USERS:
        source = inspect.getsource(import_module(f"ticketing_{user.name}.app"))
        aggregates = re.findall(r'Publisher\(broker, aggregate="(\w+)"\)', source)
        declared |= {(user.name, subject.value) for subject in Subject if subject.partition(".")[0] in aggregates}
    published = {(service, subject) for service, subject in operations("send") if subject != "dead"}
    assert published == declared
    assert {subject for _, subject in published} == set(Subject)


@pytest.mark.parametrize("service", ["tickets", "orders"])
def test_event_streams_read_what_their_feeds_follow(service: str) -> None:
    feed = import_module(f"ticketing_{service}.changes").SUBJECTS
    names = {name.rpartition("-")[2] for name in OPERATIONS if name.startswith(f"{service}-reads-")}
    assert names - {"session.revoked"} == {
        subject.value
        for subject in Subject
        if any(re.fullmatch(pattern.replace(">", ".+"), subject) for pattern in feed)
    }


def test_every_process_with_sessions_reads_the_revoked_ones() -> None:
    assert {name for name in OPERATIONS if name.endswith("-reads-session.revoked")} == {
        f"{service}-reads-session.revoked" for service in ("auth", "tickets", "orders", "payments")
    }


@pytest.mark.parametrize("event", EVENTS.values())
def test_example_is_an_event_with_its_headers(event: type[Event]) -> None:
    [example] = MESSAGES[event.__name__]["examples"]
    parsed = event.parse(json.dumps(example["payload"]).encode())
    assert parsed in EXAMPLES
    assert example["headers"].keys() == set(schema("EventHeaders")["required"])
    assert (example["headers"]["Nats-Msg-Id"], example["headers"]["Event-Type"]) == (parsed.event_id, event.__name__)
