"""A process that dies at any step of a use case loses nothing: one use case of each service (the rest in tests/crash).

Here, too: that the table of crash points is whole.
"""

import asyncio
import importlib
import inspect
import pkgutil
from collections.abc import Iterator
from typing import Any

import pytest

from ticketing_common.events import Subject
from ticketing_common.messaging import Listener
from ticketing_common.steps import Step
from ticketing_local.settings import SERVICES
from ticketing_test_support.crashing import MATRIX, SAMPLE, Cell, Outcomes, cells
from ticketing_test_support.stack import Stack, ticketing

DECIDING = ("use_cases", "judge", "pay", "webhooks")
READS = {
    *("auth.use_cases.sign_in", "tickets.use_cases.get_ticket", "tickets.use_cases.list_tickets"),
    *("orders.use_cases.get_order", "orders.use_cases.list_orders", "orders.use_cases.next_hold"),
}
# Nothing of its own: call_off and make_refund, which have their rows.
COMPOSED = {"payments.use_cases.settle"}


# Those of the services: other tests bring listeners of their own.
LISTENERS = {f"ticketing_{service}.listeners" for service in SERVICES}


def _modules(service: str) -> Iterator[str]:
    package = importlib.import_module(f"ticketing_{service}")
    return (module.name for module in pkgutil.iter_modules(package.__path__) if module.name != "main")


def _use_cases() -> Iterator[str]:
    for service in SERVICES:
        for name in set(_modules(service)) & set(DECIDING):
            module = importlib.import_module(f"ticketing_{service}.{name}")
            for function, value in inspect.getmembers(module, asyncio.iscoroutinefunction):
                if value.__module__ == module.__name__ and not function.startswith("_"):
                    yield f"{service}.{name}.{function}"


def _durables(kind: type) -> Iterator[str]:
    heirs: list[Any] = kind.__subclasses__()
    for heir in heirs:
        if heir.__module__ in LISTENERS and hasattr(heir, "durable"):
            yield heir.durable
        yield from _durables(heir)


def test_every_use_case_has_its_crash_points() -> None:
    reached = {f"{way.process.partition('-')[0]}.{function}" for way in MATRIX for function in way.inside}
    assert set(_use_cases()) - READS - COMPOSED - reached == set()


def test_every_listener_has_its_crash_points() -> None:
    for service in SERVICES:
        if "listeners" in _modules(service):
            importlib.import_module(f"ticketing_{service}.listeners")
    listening = {way.durable for way in MATRIX if {Step.HEARD, Step.HANDLED} <= set(way.steps)}
    assert listening == set(_durables(Listener))


def test_every_event_has_its_crash_points() -> None:
    said = {way.says for way in MATRIX if {Step.PUBLISHED, Step.PULLED} <= set(way.steps)}
    assert said == set(Subject)


@pytest.mark.timeout(600)
@pytest.mark.parametrize("cell", cells(SAMPLE), ids=str)
def test_a_process_that_dies_at_any_step_loses_nothing(cell: Cell, outcomes: Outcomes) -> None:
    assert outcomes[cell] is None, outcomes[cell]


@pytest.mark.timeout(600)
def test_after_all_these_deaths_the_audit_is_clean(crash_stack: Stack, outcomes: Outcomes) -> None:
    audit = ticketing("audit", "--settle", "60", STATE_DIR=str(crash_stack.state_dir))
    assert audit.returncode == 0, audit.stdout + audit.stderr
