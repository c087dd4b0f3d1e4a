"""The program that lets a test stop another one dead at a step."""

import subprocess
import sys
from pathlib import Path

import pytest

from ticketing_common.steps import Step
from ticketing_test_support.crash_points import Place, Point, arm, death, disarm, seen

# Stands where a service would: only its name tells the two apart.
SERVICE = """
import asyncio
from ticketing_common.steps import Step, reached

async def place_order(order_id):
    reached(Step.WRITING, {"_id": order_id})
    reached(Step.WRITTEN, {"_id": order_id})

async def handle(order_id):
    reached(Step.HEARD, "orders-ticket-created", order_id.encode())
    await place_order("nameless")

print("begins", flush=True)
asyncio.run(place_order("order-1"))
asyncio.run(handle("order-2"))
print("survived")
"""
PLACED = Place(Step.WRITTEN, inside=("service.place_order",))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    package = tmp_path / "code" / "ticketing_stand_in"
    package.mkdir(parents=True)
    (package / "__init__.py").touch()
    (package / "service.py").write_text(SERVICE)
    (package / "__main__.py").write_text("import ticketing_stand_in.service")
    return tmp_path


def run(folder: Path) -> "subprocess.CompletedProcess[str]":
    host = [
        sys.executable,
        "-m",
        "ticketing_test_support.crashing_process",
        str(folder),
        "--preload",
        "ticketing_common.steps",
    ]
    return subprocess.run(
        [*host, "-m", "ticketing_stand_in"],
        env={"PYTHONPATH": str(folder / "code")},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


def test_where_nothing_is_armed_a_program_runs_as_ever(folder: Path) -> None:
    done = run(folder)
    assert (done.returncode, done.stdout) == (0, "begins\nsurvived\n"), done.stderr


def test_a_process_dies_at_the_point_leaves_word_and_is_started_again(folder: Path) -> None:
    name = arm(folder, Point(PLACED, about="order-1"))
    assert death(folder, name) is None
    done = run(folder)
    assert (done.returncode, done.stdout) == (0, "begins\nbegins\nsurvived\n"), done.stderr
    assert death(folder, name) is not None


def test_a_program_that_fails_by_itself_is_not_started_again(folder: Path) -> None:
    (folder / "code" / "ticketing_stand_in" / "__main__.py").write_text("raise SystemExit(3)")
    assert run(folder).returncode == 3


@pytest.mark.parametrize(
    "point",
    [
        Point(PLACED, about="order-3"),
        Point(Place(Step.PULLED)),
        Point(Place(Step.WRITTEN, inside=("service.cancel_order",))),
        Point(Place(Step.WRITTEN, durable="payments-order-created")),
    ],
)
def test_a_process_does_not_die_anywhere_else(folder: Path, point: Point) -> None:
    name = arm(folder, point)
    assert run(folder).stdout == "begins\nsurvived\n"
    assert death(folder, name) is None


def test_what_a_listener_writes_is_about_the_message_that_it_heard(folder: Path) -> None:
    name = arm(folder, Point(Place(Step.WRITTEN, "orders-ticket-created", ("service.handle",)), about="order-2"))
    run(folder)
    assert death(folder, name) is not None


def test_what_was_disarmed_kills_nobody(folder: Path) -> None:
    name = arm(folder, Point(PLACED))
    disarm(folder, name)
    assert run(folder).stdout == "begins\nsurvived\n"
    disarm(folder, name)


def test_each_kind_of_place_that_was_come_to_is_remembered(folder: Path) -> None:
    assert seen(folder) == set()
    run(folder)
    run(folder)
    durable, way = "orders-ticket-created", ("service.<module>", "service.handle", "service.place_order")
    assert seen(folder) == {
        *(Place(step, "", ("service.<module>", "service.place_order")) for step in (Step.WRITING, Step.WRITTEN)),
        Place(Step.HEARD, durable, way[:2]),
        *(Place(step, durable, way) for step in (Step.WRITING, Step.WRITTEN)),
    }
