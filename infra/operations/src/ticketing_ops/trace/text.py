"""A timeline for a terminal."""

from collections.abc import Iterator
from datetime import datetime

from ticketing_ops.trace.timeline import Timeline

_MINUTE = 60


def text(timeline: Timeline) -> str:
    """The order, each step with its time and offset, and what is still to happen."""
    return "\n".join([*_head(timeline), "", *_steps(timeline), "", *_tasks(timeline)])


def offset(at: datetime, start: datetime) -> str:
    """Since the order was placed: `+1.250 s`, `+15:00`."""
    seconds = (at - start).total_seconds()
    if abs(seconds) < _MINUTE:
        return f"{seconds:+.3f} s"
    minutes, rest = divmod(round(abs(seconds)), _MINUTE)
    hours, minutes = divmod(minutes, _MINUTE)
    return f"{'-' if seconds < 0 else '+'}{f'{hours}:' if hours else ''}{minutes:02}:{rest:02}"


def _head(timeline: Timeline) -> Iterator[str]:
    yield timeline.title
    for name, fact in timeline.facts.items():
        yield f"  {name:<8} {fact}"


def _steps(timeline: Timeline) -> Iterator[str]:
    if timeline.start is None:
        yield "Nothing is known of it."
        return
    yield f"{'TIME (UTC)':<23}  {'OFFSET':>10}  {'WHERE':<10}  WHAT"
    for step in timeline.steps:
        when = f"{step.at:%Y-%m-%d %H:%M:%S}.{step.at.microsecond // 1000:03}"
        yield f"{when}  {offset(step.at, timeline.start):>10}  {step.source:<10}  {step.text}."


def _tasks(timeline: Timeline) -> Iterator[str]:
    for sentence in timeline.unread:
        yield f"Not read: {sentence}"
    urgent = [task for task in timeline.tasks if task.needs_person]
    for task in timeline.tasks:
        if not task.needs_person:
            yield f"Still to happen: {task.text}"
    if urgent:
        yield "NEEDS A PERSON"
    for task in urgent:
        yield f"  {task.text}"
        if task.do:
            yield f"    → {task.do}"
    if not timeline.tasks:
        yield "Nothing is left to happen."
