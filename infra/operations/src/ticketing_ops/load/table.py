"""A load run in numbers, for people."""

from collections import Counter

from ticketing_ops.load.record import Latencies, Record

PERCENTILES = (50, 95, 99)
RATE_LIMITED = "429"
# Of these every run has some: taken tickets and declined cards.
ANSWERS = ("400", "402")
HEAD = f"{'':<24}{'requests':>9}{'a second':>10}{'p50':>9}{'p95':>9}{'p99':>9}{'max':>9}"


def summary_line(record: Record, seconds: float) -> str:
    """The state of a run in one line."""
    requests, purchases = sum(record.responses.values()), record.done["purchases"]
    rate = f"{requests} requests ({requests / max(seconds, 1):.0f}/s), {purchases} purchases"
    latency = ", ".join(f"p{p} {_milliseconds(_slowest(record, p))}" for p in PERCENTILES)
    return f"{seconds:4.0f} s  {rate}; {latency} on the slowest route; errors: {_errors(record)}"


def final_table(record: Record, seconds: float) -> str:
    """Everything, a line for each route."""
    rows = [_row(route, latencies, seconds) for route, latencies in sorted(record.latencies.items())]
    done = ", ".join(f"{count} {name}" for name, count in record.done.items()) or "nothing was achieved"
    lines = [HEAD, *rows, "", f"done      {done}, in {seconds:.1f} s", f"errors    {_errors(record)}"]
    lines += [
        f"unsettled {what}: {count} times no other response within the time" for what, count in record.unsettled.items()
    ]
    lines += [f"unexpected {what}" for what in record.unexpected]
    return "\n".join([*lines, *_advice(record)])


def _row(route: str, latencies: Latencies, seconds: float) -> str:
    values = (*(latencies.percentile(percent) for percent in PERCENTILES), latencies.max)
    shown = "".join(f"{_milliseconds(value):>9}" for value in values)
    return f"{route:<24}{latencies.count:>9}{latencies.count / max(seconds, 1):>10.1f}{shown}"


def _slowest(record: Record, percent: float) -> float:
    """Of the route that is slowest at this percentile."""
    return max((latencies.percentile(percent) for latencies in record.latencies.values()), default=0.0)


def _errors(record: Record) -> str:
    kinds = Counter[str]()
    for (_, kind), count in record.responses.items():
        if not kind.startswith("2") and kind not in ANSWERS:
            kinds[kind] += count
    return ", ".join(f"{count} of {kind}" for kind, count in kinds.most_common()) or "none"


def _advice(record: Record) -> list[str]:
    limited = sum(count for (_, kind), count in record.responses.items() if kind == RATE_LIMITED)
    if not limited:
        return []
    return [
        f"{limited} requests exceeded a rate limit: lower --rate or --users, or start the stack with RATE_LIMITS=off",
    ]


def _milliseconds(seconds: float) -> str:
    return f"{seconds * 1000:.0f} ms"
