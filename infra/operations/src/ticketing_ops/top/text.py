"""A frame as lines of text."""

from collections.abc import Iterator
from datetime import datetime

from ticketing_ops.texts import since, size
from ticketing_ops.top.frame import Frame, Route


def lines(frame: Frame, now: datetime, *, max_routes: int) -> Iterator[str]:
    """The whole frame: totals, routes, consumers, processes."""
    requests, errors = sum(route.requests for route in frame.routes), sum(route.errors for route in frame.routes)
    yield f"{now:%H:%M:%S} UTC   {requests:,.1f} requests/s, {errors:,.1f} errors/s, over {frame.seconds:.1f} s"
    yield from ("", f"{'SERVICE':<11}{'ROUTE':<44}{'REQ/S':>8}{'ERR/S':>8}{'P50':>9}{'P99':>9}")
    yield from map(_route, frame.routes[:max_routes])
    if not frame.routes:
        yield "(no requests)"
    yield from ("", f"{'CONSUMER':<30}{'HANDLED/S':>10}{'OTHER/S':>9}{'PENDING':>9}{'UNACKED':>9}{'OLDEST':>9}")
    yield from _consumers(frame, now)
    yield from ("", f"{'PROCESS':<20}{'CPU':>7}{'MEMORY':>11}{'OUTBOX':>9}")
    yield from _processes(frame)


def _route(route: Route) -> str:
    name = f"{route.service:<11}{route.route:<44}"
    return f"{name}{route.requests:>8,.1f}{route.errors:>8,.1f}{_milliseconds(route.p50)}{_milliseconds(route.p99)}"


def _milliseconds(seconds: float | None) -> str:
    return f"{'-' if seconds is None else f'{seconds * 1000:,.1f} ms':>9}"


def _consumers(frame: Frame, now: datetime) -> Iterator[str]:
    if not frame.is_broker_up:
        yield "(NATS cannot be read: no lag)"
    for consumer in frame.consumers:
        rates = f"{consumer.name:<30}{consumer.handled:>10,.1f}{consumer.failed:>9,.1f}"
        lag = consumer.lag
        behind = f"{lag.pending:>9,}{lag.ack_pending:>9,}{since(lag.oldest_at, now):>9}" if lag else f"{'-':>9}" * 3
        yield rates + behind


def _processes(frame: Frame) -> Iterator[str]:
    for process in frame.processes:
        if process.memory is None and process.cpu is None:
            yield f"{process.name:<20}{'-':>7}{'-':>11}{'-':>9}  no metrics"
            continue
        cpu = "-" if process.cpu is None else f"{process.cpu:.0%}"
        memory = "-" if process.memory is None else size(process.memory)
        outbox = "-" if process.outbox is None else f"{process.outbox:,.0f}"
        yield f"{process.name:<20}{cpu:>7}{memory:>11}{outbox:>9}"
