"""Services, events, consumers, ports and times in docs/architecture.md are those of the code."""

import importlib
import re
from collections.abc import Iterator
from datetime import timedelta
from functools import reduce
from pathlib import Path
from typing import Any

import pytest
import yaml

from ticketing_common.events import Subject
from ticketing_local.permissions import NATS_USERS
from ticketing_test_support.gateway_routes import gateway_routes

ROOT = Path(__file__).parents[1]
PAGE = (ROOT / "docs" / "architecture.md").read_text()
DIAGRAMS = re.findall(r"```mermaid\n(.*?)```", PAGE, re.DOTALL)
USERS = {user.name: user for user in NATS_USERS}
PUBLISHERS = {subject: user.name for user in NATS_USERS for subject in Subject if subject.split(".")[0] == user.events}


def rows(heading: str) -> list[list[str]]:
    """The cells of the tables below a heading, without their first two lines."""
    section = PAGE.partition(f"\n## {heading}\n")[2].partition("\n## ")[0]
    tables = re.findall(r"(?:^\|.*\n)+", section, re.MULTILINE)
    return [[cell.strip() for cell in line.strip("|").split(" | ")] for t in tables for line in t.splitlines()[2:]]


def code(cell: str) -> set[str]:
    return set(re.findall(r"`([^`]+)`", cell))


def collections(service: str) -> set[str]:
    """Those that the code of the service names when it opens them."""
    text = "".join(file.read_text() for file in (ROOT / service / "src").rglob("*.py"))
    names = set(re.findall(r"database\.collection\(\"(\w+)\"\)", text))
    constants = re.findall(r"^COLLECTION = \"(\w+)\"", text, re.MULTILINE)
    return names.union(constants)


SERVICES = {
    re.sub(r"\[(\w+)\].*", r"\1", row[0]): row[1:] for row in rows("The services, and what each owns")[: len(USERS)]
}


def test_every_service_has_a_row() -> None:
    assert list(SERVICES) == list(USERS)


@pytest.mark.parametrize("service", USERS)
def test_row_has_routes_collections_and_subjects(service: str) -> None:
    routes, owned, published, replicas = map(code, SERVICES[service])
    assert routes == {prefix for prefix, backend in gateway_routes().items() if backend == service}
    assert owned | replicas == collections(service)
    assert published == {subject.value for subject, owner in PUBLISHERS.items() if owner == service}


def test_every_durable_consumer_is_listed() -> None:
    listed = {service: code(durables) for service, durables in rows("The services, and what each owns")[len(USERS) :]}
    assert listed == {name: set(user.consumers) for name, user in USERS.items() if user.consumers}


def consumed() -> Iterator[tuple[str, str, str]]:
    """(publisher, subject, consumer) of each durable consumer of another service's events."""
    for user in NATS_USERS:
        for subject in user.consumers.values():
            if (publisher := PUBLISHERS[Subject(subject)]) != user.name:
                yield publisher, subject, user.name


def test_first_diagram_has_every_flow_between_services() -> None:
    arrows = re.findall(r"(\w+) -- \"(.*)\" --> (\w+)", DIAGRAMS[0])
    drawn = [(a, subject, b) for a, label, b in arrows for subject in re.split(r", |<br/>", label)]
    assert sorted(drawn) == sorted(consumed())


def test_events_in_sequence_diagrams_flow_as_drawn() -> None:
    drawn = [flow for diagram in DIAGRAMS for flow in re.findall(r"(\w+)-\)(\w+): (\w+\.\w+)", diagram)]
    assert len(drawn) > 10
    assert {(a, subject, b) for a, b, subject in drawn} <= set(consumed())


def test_ports_are_those_of_the_manifests() -> None:
    ports = {int(port) for row in rows("Where it runs") for port in re.findall(r"\b\d{4,5}\b", row[2])}
    manifests = [file.read_text() for folder in ("k8s", "k8s-emulator") for file in (ROOT / "infra" / folder).glob("*")]
    documents = [document for text in manifests for document in yaml.safe_load_all(text) if document]
    assert ports == {port["containerPort"] for document in documents for port in container_ports(document)}


def container_ports(value: Any) -> Iterator[dict[str, Any]]:
    """Wherever they are in a manifest."""
    items = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    if isinstance(value, dict) and "containerPort" in value:
        yield value
    for item in items:
        yield from container_ports(item)


TIMES = rows("Times")


def test_times_are_listed() -> None:
    assert len(TIMES) > 10


@pytest.mark.parametrize("row", TIMES, ids=lambda row: row[2].strip("`"))
def test_time_is_that_of_the_code(row: list[str]) -> None:
    module, _, path = row[2].strip("`").partition(":")
    first, *names = path.split(".")
    value = getattr(importlib.import_module(module), first)
    if names:
        value = reduce(getattr, names, value()) if first == "RetryPolicy" else value.model_fields[names[0]].default
    seconds = value.total_seconds() if isinstance(value, timedelta) else value
    assert f"{seconds:g} s" == row[1]
