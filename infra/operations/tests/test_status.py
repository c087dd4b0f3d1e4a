"""What `ticketing status` says needs a person, and how it reads a cluster."""

import json
import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from ticketing_common.messaging import BrokerState, ConsumerLag, StreamFill
from ticketing_ops.pods import list_pods
from ticketing_ops.runbook import RUNBOOK
from ticketing_ops.stack import Process
from ticketing_ops.status.problems import problems
from ticketing_ops.status.report import Guarantees, Health, Outbox, ProcessStatus, Report, Violations
from ticketing_ops.status.text import screen

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
LONG_AGO = NOW - timedelta(minutes=5)
READY = Health(ready=True, text="ready", dependencies={"mongo": "up", "indexes": "there", "nats": "up", "redis": "up"})
ORDERS = ProcessStatus(Process("orders", "running", running=True, since=LONG_AGO, restarts=0), READY)
LAG = ConsumerLag("orders-payment-created", "payment.created")
BROKER = BrokerState([LAG], [StreamFill("TICKETING", 10, 500, 1000)], {"orders-payment-created": 0}, 500, None)
NOTHING = Violations(0)
WELL = Report(
    stack="test",
    in_cluster=False,
    at=NOW,
    processes=[ORDERS],
    processes_error=None,
    broker=BROKER,
    broker_error=None,
    outboxes=[Outbox("orders", 2, NOW)],
    guarantees=Guarantees(NOTHING, NOTHING, NOTHING),
)
STOPPED = replace(ORDERS, process=replace(ORDERS.process, state="backoff", running=False))
WITHOUT_REDIS = replace(ORDERS, health=replace(READY, dependencies={"redis": "down", "nats": "down"}))
STUCK = replace(BROKER, consumers=[replace(LAG, pending=3, oldest_at=LONG_AGO)])
MISSING = replace(BROKER, consumers=[replace(LAG, pending=3, oldest_at=LONG_AGO, exists=False)])
FULL = replace(BROKER, streams=[StreamFill("TICKETING", 10, 900, 1000)])
TROUBLES = [
    (replace(WELL, processes=[STOPPED]), "orders: does not run, backoff.", "ticketing logs orders"),
    (replace(WELL, processes=[STOPPED], in_cluster=True), "orders: does not run, backoff.", "kubectl logs orders"),
    (replace(WELL, processes=[WITHOUT_REDIS]), "orders: works without redis.", "ticketing logs orders"),
    (replace(WELL, processes_error="no kubectl"), "The processes cannot be listed: no kubectl", "#targetdown"),
    (replace(WELL, broker=None, broker_error="NATS is away."), "NATS is away. Sales go on", "#brokerunavailable"),
    (
        replace(WELL, broker=STUCK),
        "orders-payment-created has not handled 3 events, ",
        "#consumerlagging",
    ),
    (replace(WELL, broker=MISSING), "orders-payment-created was never created: 3 events", "#consumerlagging"),
    (replace(WELL, broker=replace(BROKER, dead_letters={"x": 1})), "1 dead letter: x 1.", "ticketing dead list"),
    (replace(WELL, broker=FULL), "The stream TICKETING has 900 B of at most 1.0 kB", "#natsstoragefilling"),
    (
        replace(WELL, outboxes=[Outbox("orders", 7, LONG_AGO)]),
        "orders has not published 7 events",
        "#outboxnotdraining",
    ),
    (replace(WELL, outboxes=[Outbox("orders", error="down")]), "The databases of orders do not respond", "#targetdown"),
    (
        replace(WELL, guarantees=replace(WELL.guarantees, overdue=Violations(4, ["a", "b"]))),
        "4 reservations not released 30 s after the expiry (orders a, b).",
        "ticketing trace a; docs/runbook.md#reservationsoverdue",
    ),
    (
        replace(WELL, guarantees=replace(WELL.guarantees, unreconciled=Violations(1, ["a"], 1250))),
        "1 payment neither bought an order nor refunded, 1,250 minor units (orders a).",
        "ticketing trace a; docs/runbook.md#paymentsunreconciled",
    ),
    (
        replace(WELL, guarantees=replace(WELL.guarantees, unscheduled=Violations(1, ["a"]))),
        "1 open order not scheduled to expire (orders a).",
        "ticketing trace a",
    ),
]


def test_well_stack_needs_nobody() -> None:
    assert problems(WELL) == []
    assert screen(WELL, []).endswith("\n\nNothing needs a person.")


@pytest.mark.parametrize(("report", "what", "do"), TROUBLES, ids=lambda value: value if isinstance(value, str) else "")
def test_trouble_is_named_with_what_to_do(report: Report, what: str, do: str) -> None:
    (problem,) = problems(report)
    assert problem.what.startswith(what)
    assert do in problem.do
    assert problem.what in screen(report, [problem])


def test_each_section_of_the_runbook_exists() -> None:
    text = (Path(__file__).parents[3] / RUNBOOK).read_text()
    sections = {heading.lower() for heading in re.findall(r"^#+ (\w+)$", text, re.MULTILINE)}
    wanted = {
        found for report, _, _ in TROUBLES for each in problems(report) for found in re.findall(r"#(\w+)", each.do)
    }
    assert wanted <= sections


def test_what_could_not_be_read_is_unknown() -> None:
    assert "overdue reservations unknown" in screen(replace(WELL, guarantees=Guarantees()), [])


@pytest.mark.parametrize(
    ("state", "ready", "expected"),
    [
        ({"running": {"startedAt": "2026-03-01T11:55:00Z"}}, True, ("running", True, LONG_AGO)),
        ({"running": {"startedAt": "2026-03-01T11:55:00Z"}}, False, ("not ready", False, LONG_AGO)),
        ({"waiting": {"reason": "CrashLoopBackOff"}}, False, ("CrashLoopBackOff", False, None)),
    ],
)
def test_pods_are_listed_with_their_state(state, ready, expected, tmp_path: Path, monkeypatch) -> None:
    container = {"restartCount": 2, "ready": ready, "state": state}
    pod = {"metadata": {"name": "orders-1"}, "status": {"phase": "Running", "containerStatuses": [container]}}
    kubectl(tmp_path, monkeypatch, f"echo '{json.dumps({'items': [pod]})}'")
    (found,) = list_pods()
    assert (found.state, found.running, found.since) == expected
    assert (found.name, found.restarts) == ("orders-1", 2)


def test_kubectl_that_fails_is_reported(tmp_path: Path, monkeypatch) -> None:
    kubectl(tmp_path, monkeypatch, "echo 'error: no configuration' >&2; exit 1")
    with pytest.raises(OSError, match="no configuration"):
        list_pods()


def kubectl(folder: Path, monkeypatch: pytest.MonkeyPatch, script: str) -> None:
    """A fake one on PATH."""
    fake = folder / "kubectl"
    fake.write_text(f"#!/bin/sh\n{script}\n")
    fake.chmod(0o755)
    monkeypatch.setenv("PATH", str(folder), prepend=":")
