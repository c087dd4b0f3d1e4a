"""A crash at any point of any use case or listener changes nothing about how it ends.

Real processes are killed at the same points in tests/faults/test_crashes.py.
"""

import asyncio
import inspect
from collections.abc import Iterator
from importlib import import_module
from itertools import groupby
from pkgutil import walk_packages

import pytest
from tests.model import defects
from tests.model.crash_matrix import SCENARIOS, Cell, CrashableSystem, batch_name, cells, outcome
from tests.model.system import System

from ticketing_common.messaging import BatchListener, Listener
from ticketing_test_support.crashes import CrashPoint

SERVICES = ("auth", "tickets", "orders", "payments", "expiration")
CELLS = {scenario: list(found) for scenario, found in groupby(asyncio.run(cells()), lambda cell: cell.scenario)}
WRITE = {CrashPoint.BEFORE_WRITE, CrashPoint.AFTER_WRITE}
# They write nothing, or are called by the use cases and listeners of the matrix.
NOT_ENTRY_POINTS = {
    "payments.find_own",
    "payments.charge",
    *("tickets.list_alerts", "tickets.settle_alerts", "tickets.forget_user"),
    *("tickets.get_ticket", "tickets.list_tickets", "orders.get_order", "orders.find_order"),
    *("tickets.apply_order", "orders.expire_order", "orders.record_payment", "orders.settle_payment"),
    *("tickets.apply_orders", "orders.expire_orders", "payments.record_orders", "expiration.schedule_expirations"),
    *("payments.apply_intent", "payments.record_order", "payments.cancel_if_order_cancelled"),
    *("payments.reconcile", "payments.refund", "payments.make_due_refund", "payments.update_payment"),
    "expiration.schedule_expiration",
}


def crashed_points(name: str) -> set[CrashPoint]:
    return {cell.point for found in CELLS.values() for cell in found if cell.name == name}


def use_cases() -> Iterator[str]:
    """The public coroutine functions of the use-case modules."""
    for service in SERVICES:
        package = import_module(f"ticketing_{service}")
        for info in walk_packages(package.__path__, f"{package.__name__}."):
            if "use_cases" in info.name or info.name.endswith((".settlement", ".placement")):
                for name, function in inspect.getmembers(import_module(info.name), inspect.iscoroutinefunction):
                    if function.__module__ == info.name and not name.startswith("_"):
                        yield f"{service}.{name}"


def listeners() -> Iterator[str]:
    """The durable name of every listener; of those that handle batches, also that of the step in which they do."""
    modules = (*(f"ticketing_{service}.listeners" for service in SERVICES[1:]), "ticketing_tickets.alerts.listeners")
    for module in modules:
        for _, found in inspect.getmembers(import_module(module), inspect.isclass):
            if issubclass(found, Listener) and "durable" in vars(found):
                yield found.durable
                if issubclass(found, BatchListener):
                    yield batch_name(found.durable)


def ends_otherwise(scenario: str, system_type: type[CrashableSystem] = CrashableSystem) -> list[Cell]:
    """The cells after whose crash the scenario does not end as without one."""

    async def failures() -> list[Cell]:
        expected = await outcome(CrashableSystem, scenario)
        return [cell for cell in CELLS[scenario] if await _outcome(system_type, cell) != expected]

    return asyncio.run(failures())


async def _outcome(system_type: type[CrashableSystem], cell: Cell) -> object:
    try:
        return await outcome(system_type, cell.scenario, cell)
    except AssertionError as error:
        return str(error)


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_crash_at_any_point_changes_no_outcome(scenario: str) -> None:
    assert [str(cell) for cell in ends_otherwise(scenario)] == []


def test_matrix_has_every_use_case_and_listener() -> None:
    assert {name for name in use_cases() if not crashed_points(name) >= WRITE} == NOT_ENTRY_POINTS
    assert [name for name in listeners() if not crashed_points(name) >= {*WRITE, CrashPoint.BEFORE_ACK}] == []


@pytest.mark.parametrize(
    ("defect", "lossy"),
    [
        (defects.RelayRemovesFirst, "tickets.create_ticket, after_remove 1"),
        (defects.ConsumersAcknowledgeFirst, "orders-payment-created, before_write 1"),
    ],
)
def test_crash_matrix_catches_defect(defect: type[System], lossy: str) -> None:
    faulty = type(f"Crashable{defect.__name__}", (defect, CrashableSystem), {})
    assert any(str(cell).endswith(lossy) for cell in ends_otherwise("sale", faulty))
