"""Exercise 5: a drill, as its answer describes it, on a running stack."""

import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from docs.exercises.tests.drill import AFTER_SECONDS, Drill, fault

from ticketing_local.ports import free_gateway_port
from ticketing_test_support.api import NewClient
from ticketing_test_support.stack import Stack, started
from ticketing_test_support.waiting import eventually

FILE = Path(__file__).parents[1] / "answers/5-drill.toml"
DRILL: dict[str, Any] = tomllib.loads(FILE.read_text())
STEPS: dict[str, dict[str, Any]] = {part: dict(DRILL[part]) for part in ("before", "during", "after")}


@pytest.fixture(autouse=True, scope="module")
def _drill_is_written() -> None:
    """Without it there is no need to start the stack."""
    assert DRILL["fault"], f"choose a fault in {FILE.name}"
    assert all(STEPS.values()), f"describe in {FILE.name} what to do before, during and after the fault"


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """Everything, as `make run` starts it."""
    with started(tmp_path_factory.mktemp("drill") / "state", free_gateway_port()) as stack:
        yield stack


def names(part: str, action: str) -> set[str]:
    """What the steps of this action are about."""
    return {step.partition(" ")[2] for step in STEPS[part] if step.startswith(action)}


def test_drill_tries_what_matters() -> None:
    before, during = names("before", "list "), names("during", "list ")
    assert names("during", "sign-up"), "sign somebody up during the outage"
    assert during, "list a ticket during the outage"
    assert names("during", "order ") >= during, "order a ticket that was listed during the outage"
    assert names("during", "order ") & before, "order a ticket that was listed before it"
    paid = names("during", "pay ") & names("before", "order ")
    assert paid, "pay an order that was placed before it"
    assert paid <= names("during", "status ") & names("after", "status "), "look at the paid order, during and after"
    assert names("during", "ready "), "look at the readiness of a service"
    assert names("after", "order ") >= during, "order the ticket that was listed during the outage, after it"
    assert names("after", "audit"), "audit the stack"


async def test_everything_happens_as_expected(stack: Stack, new_client: NewClient) -> None:
    drill = Drill(stack, new_client, await new_client(), await new_client())
    for step, expected in STEPS["before"].items():
        await drill.expect(step, expected, within=AFTER_SECONDS)

    async def broker_is_away() -> bool:
        return bool((await drill.readiness("tickets")).json()["nats"] == "down")

    lasting = ("--seconds", str(DRILL["seconds"]))
    async with fault(stack, *filter(None, (DRILL["fault"], DRILL["process"])), *lasting):
        await eventually(broker_is_away, what="the broker being away for the service of tickets")
        for step, expected in STEPS["during"].items():
            await drill.expect(step, expected)
        assert await broker_is_away(), "the broker was back too early: give the fault more seconds"
    for step, expected in STEPS["after"].items():
        await drill.expect(step, expected, within=AFTER_SECONDS)
