"""What needs a person: rules on a report, with the alerts' thresholds. Pure."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from ticketing_common.messaging import BrokerState, ConsumerLag, StreamFill
from ticketing_ops.runbook import PATIENCE, section
from ticketing_ops.status.report import Guarantees, Outbox, Problem, ProcessStatus, Report, Violations
from ticketing_ops.texts import counted, duration, size

FULL = 0.8


def problems(report: Report) -> list[Problem]:
    """The most urgent first: what is down, then what is wrong, then what waits."""
    return [
        *_databases(report.outboxes),
        *_processes(report),
        *_guarantees(report.guarantees),
        *([*_broker(report.broker, report.at)] if report.broker else _no_broker(report.broker_error)),
        *_outboxes(report.outboxes, report.at),
    ]


def _processes(report: Report) -> Iterator[Problem]:
    if report.processes_error is not None:
        yield Problem(f"The processes cannot be listed: {report.processes_error}", section("TargetDown"))
    for status in report.processes:
        if trouble := _trouble(status):
            logs = ("kubectl logs " if report.in_cluster else "ticketing logs ") + status.process.name
            yield Problem(f"{status.process.name}: {trouble}.", f"{logs}; {section('TargetDown')}")


def _trouble(status: ProcessStatus) -> str:
    process, health = status.process, status.health
    if not process.running:
        return f"does not run, {process.state}"
    if health is None:
        return ""
    if not health.ready:
        return health.summary
    # The broker has a line of its own, and says more.
    down = [name for name in health.missing if name != "nats"]
    return f"works without {' and '.join(down)}" if down else ""


def _databases(outboxes: Sequence[Outbox]) -> Iterator[Problem]:
    unread = [outbox.service for outbox in outboxes if outbox.error is not None]
    if unread:
        yield Problem(f"The databases of {', '.join(unread)} do not respond.", section("TargetDown"))


def _guarantees(found: Guarantees) -> Iterator[Problem]:
    if found.overdue and found.overdue.count:
        what = f"{counted(found.overdue.count, 'reservation')} not released 30 s after the expiry"
        yield _of_orders(what, found.overdue, "ReservationsOverdue")
    if found.unreconciled and found.unreconciled.count:
        payments = counted(found.unreconciled.count, "payment")
        what = f"{payments} neither bought an order nor refunded, {found.unreconciled.minor_units:,} minor units"
        yield _of_orders(what, found.unreconciled, "PaymentsUnreconciled")
    if found.unscheduled and found.unscheduled.count:
        what = f"{counted(found.unscheduled.count, 'open order')} not scheduled to expire"
        yield _of_orders(what, found.unscheduled, "ReservationsOverdue")


def _of_orders(what: str, found: Violations, alert: str) -> Problem:
    ids = found.order_ids
    return Problem(f"{what} (orders {', '.join(ids)}).", f"ticketing trace {ids[0]}; {section(alert)}")


def _no_broker(error: str | None) -> Iterator[Problem]:
    yield Problem(f"{error} Sales go on; events wait in the outboxes.", section("BrokerUnavailable"))


def _broker(state: BrokerState, now: datetime) -> Iterator[Problem]:
    for lag in state.consumers:
        if _is_stuck(lag, now):
            yield Problem(f"{lag.consumer} {_lag_text(lag, now)}.", section("ConsumerLagging"))
    total = sum(state.dead_letters.values())
    if total:
        names = ", ".join(f"{name} {count:,}" for name, count in state.dead_letters.items() if count)
        yield Problem(f"{counted(total, 'dead letter')}: {names}.", f"ticketing dead list; {section('DeadLetters')}")
    yield from map(_full, filter(is_full, state.streams))


def _is_stuck(lag: ConsumerLag, now: datetime) -> bool:
    return lag.oldest_at is not None and now - lag.oldest_at > PATIENCE


def _lag_text(lag: ConsumerLag, now: datetime) -> str:
    age = duration((now - lag.oldest_at).total_seconds()) if lag.oldest_at else "-"
    if not lag.exists:
        return f"was never created: {counted(lag.messages, 'event')}, the oldest {age} old"
    return f"has not handled {counted(lag.messages, 'event')}, the oldest {age} old"


def is_full(fill: StreamFill) -> bool:
    """Whether a person should look before it refuses messages."""
    return fill.max_bytes is not None and fill.bytes > FULL * fill.max_bytes


def _full(fill: StreamFill) -> Problem:
    what = f"The stream {fill.stream} has {size(fill.bytes)} of at most {size(fill.max_bytes or 0)}"
    return Problem(f"{what}; when it is full, it refuses more.", section("NatsStorageFilling"))


def _outboxes(outboxes: Sequence[Outbox], now: datetime) -> Iterator[Problem]:
    for outbox in outboxes:
        age = now - outbox.oldest_at if outbox.oldest_at else timedelta(0)
        if age > PATIENCE:
            what = f"{outbox.service} has not published {counted(outbox.events, 'event')}"
            yield Problem(f"{what}, the oldest {duration(age.total_seconds())} old.", section("OutboxNotDraining"))
