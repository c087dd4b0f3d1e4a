"""A report on one screen."""

from collections.abc import Iterator, Sequence
from datetime import datetime

from ticketing_common.messaging import BrokerState
from ticketing_ops.status.report import Guarantees, Outbox, Problem, Report
from ticketing_ops.texts import counted, since, size


def screen(report: Report, problems: Sequence[Problem]) -> str:
    """All of it; the last lines say what needs a person."""
    lines = [f"{report.stack}, {report.at:%Y-%m-%d %H:%M:%S} UTC", "", *_processes(report)]
    broker = _broker(report.broker, report.at) if report.broker else [f"events         {report.broker_error}"]
    lines += ["", *broker, *_outboxes(report), _guarantees(report.guarantees), "", *_problems(problems)]
    return "\n".join(lines)


def _processes(report: Report) -> Iterator[str]:
    width = max((len(status.process.name) for status in report.processes), default=4)
    yield f"{'PROCESS':<{width}}  {'STATE':<9}  {'UP':>7}  {'RESTARTS':>8}  HEALTH"
    for status in report.processes:
        process = status.process
        up = since(process.since, report.at) if process.running else "-"
        restarts = "-" if process.restarts is None else str(process.restarts)
        health = status.health.summary if status.health else ""
        yield f"{process.name:<{width}}  {process.state or '-':<9}  {up:>7}  {restarts:>8}  {health}".rstrip()


def _broker(state: BrokerState, now: datetime) -> Iterator[str]:
    waiting = [lag for lag in state.consumers if lag.messages]
    idle = len(state.consumers) - len(waiting)
    yield f"consumers      {counted(idle, 'consumer')} with nothing to handle"
    for lag in waiting:
        extra = f", {lag.ack_pending:,} in progress ({lag.redelivered:,} redelivered)" if lag.ack_pending else ""
        missing = "" if lag.exists else "; never created"
        yield f"  {lag.consumer:<28} {lag.pending:,} pending{extra}, oldest {since(lag.oldest_at, now)}{missing}"
    yield f"dead letters   {_dead_letters(state)}"
    yield f"streams        {', '.join(_streams(state)) or 'not created yet'}"


def _dead_letters(state: BrokerState) -> str:
    return ", ".join(f"{name} {count:,}" for name, count in state.dead_letters.items() if count) or "none"


def _streams(state: BrokerState) -> Iterator[str]:
    for fill in state.streams:
        limit = f" of {size(fill.max_bytes)} ({fill.bytes / fill.max_bytes:.0%})" if fill.max_bytes else ""
        yield f"{fill.stream} {counted(fill.messages, 'message')}, {size(fill.bytes)}{limit}"


def _outboxes(report: Report) -> Iterator[str]:
    news = [_outbox(outbox, report) for outbox in report.outboxes if _has_news(outbox)]
    yield f"outboxes       {', '.join(news) or 'empty'}"


def _has_news(outbox: Outbox) -> bool:
    return bool(outbox.events or outbox.error)


def _outbox(outbox: Outbox, report: Report) -> str:
    if outbox.error:
        return f"{outbox.service} unknown"
    return f"{outbox.service} {counted(outbox.events, 'event')} (oldest {since(outbox.oldest_at, report.at)})"


def _guarantees(found: Guarantees) -> str:
    counts = (
        ("overdue reservation", found.overdue),
        ("unreconciled payment", found.unreconciled),
        ("unscheduled order", found.unscheduled),
    )
    texts = [counted(each.count, what) if each else f"{what}s unknown" for what, each in counts]
    return f"guarantees     {', '.join(texts)}"


def _problems(problems: Sequence[Problem]) -> Iterator[str]:
    if not problems:
        yield "Nothing needs a person."
        return
    yield "NEEDS A PERSON"
    for number, problem in enumerate(problems, start=1):
        yield f"{number:>2}. {problem.what}"
        yield f"    → {problem.do}"
