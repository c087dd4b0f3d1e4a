"""The faults that tests inject into a stack."""

import json

import httpx
import pytest

from ticketing_test_support.faults import down, frozen, kill, restarted_with, wipe_redis
from ticketing_test_support.stack import Stack
from ticketing_test_support.waiting import wait_until


def test_killed_process_is_replaced(stack: Stack) -> None:
    before = stack.pid("redis")
    kill(stack, "redis")
    assert stack.pid("redis") != before


def test_stopped_process_is_not_restarted(stack: Stack) -> None:
    with down(stack, "tickets-1"):
        assert stack.supervisor().states()["tickets-1"].state == "stopped"
    assert stack.supervisor().states()["tickets-1"].is_running


def test_frozen_process_responds_after_thaw(stack: Stack) -> None:
    url = stack.urls()["tickets-2"]
    with frozen(stack, "tickets-2"), pytest.raises(httpx.TimeoutException):
        httpx.get(url, timeout=1)
    assert httpx.get(url, timeout=30).status_code == 200


def test_process_runs_with_other_settings_temporarily(stack: Stack) -> None:
    file = stack.state_dir / "run" / "tickets-1.json"
    before = file.read_text()
    with restarted_with(stack, "tickets-1", wrapper=("-X", "utf8"), MONGO_URI="elsewhere"):
        program = json.loads(file.read_text())
        assert program["env"]["MONGO_URI"] == "elsewhere"
        assert program["argv"][1:4] == ["-X", "utf8", "-m"]
    assert file.read_text() == before


def test_wiped_redis_keeps_running(stack: Stack) -> None:
    wait_until(lambda: stack.supervisor().states()["redis"].is_running, within=60, what="redis running")
    wipe_redis(stack)
