"""One HTTP row: a route, and beside it a bare response and the same database operation, measured in turn."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from statistics import median

from ticketing_bench.data import Data
from ticketing_bench.load import CONNECTIONS, Request, Responses
from ticketing_bench.processes import wait_until_quiet
from ticketing_bench.results import Result
from ticketing_bench.stack import FLOOR, Stack, driver

ROUNDS = 8
BARE_REQUESTS = 1_500
WARM_UP = 2 * CONNECTIONS


@dataclass(frozen=True)
class Case:
    """A request, and the database operation that floor_app runs for it: `NAME?ARGUMENTS`."""

    request: Request
    operation: str | None = None


@dataclass(frozen=True)
class HttpRow:
    """A route to measure. `cases` makes a number of requests; `process` is the server whose CPU time counts."""

    name: str
    process: str
    cases: Callable[[Data, int], Sequence[Case]]
    status: int = 200
    amount: int = 400


@dataclass(frozen=True)
class Sample:
    """One round. CPU in seconds per 1000 requests; latencies in ms."""

    cpu: float
    p50_ms: float
    p99_ms: float
    rate: float
    cpu_by_process: dict[str, float]


def measure(stack: Stack, data: Data, row: HttpRow, *, rounds: int = ROUNDS, operations: bool = True) -> Result:
    """Measure the row and its floors in turn, so that what else the machine does meets all of them.

    Without `operations` the database operation is left out. LoadError when a response has another status.
    """
    cases = row.cases(data, WARM_UP)
    size = _send(stack, row.process, [case.request for case in cases], row.status).mean_bytes
    bare = _floor_requests(cases, size, BARE_REQUESTS, "bare")
    operation = _floor_requests(cases, size, row.amount) if operations and cases[0].operation else []
    samples: list[Sample] = []
    bares: list[float] = []
    operation_cpu: list[float] = []
    for _ in range(rounds):
        requests = [case.request for case in row.cases(data, row.amount)]
        samples.append(_sample(stack, row.process, requests, row.status))
        bares.append(_sample(stack, FLOOR, bare, 200).cpu)
        if operation:
            operation_cpu.append(_sample(stack, FLOOR, operation, 200).cpu)
    return _result(row, samples, median(bares), median(operation_cpu) if operation_cpu else None)


def bare_cpu(stack: Stack) -> float:
    """The CPU time of small bare responses: the unit for what is not one route."""
    return median(_sample(stack, FLOOR, [Request("/bare?bytes=200")] * BARE_REQUESTS, 200).cpu for _ in range(ROUNDS))


def _floor_requests(cases: Sequence[Case], size: int, count: int, operation: str | None = None) -> list[Request]:
    """The same requests with the same headers and bodies, for the floor server."""
    paths = [operation or case.operation or "bare" for case in cases]
    found = [
        replace(case.request, path=f"/{path}{'&' if '?' in path else '?'}bytes={size}")
        for case, path in zip(cases, paths, strict=True)
    ]
    return [found[i % len(found)] for i in range(count)]


def _send(stack: Stack, process: str, requests: Sequence[Request], status: int) -> Responses:
    return stack.load.send(stack.urls[process], requests).require(status)


def _sample(stack: Stack, process: str, requests: Sequence[Request], status: int) -> Sample:
    """CPU time is counted until the server has done what the requests left to do, such as publishing events."""
    wait_until_quiet(stack.pids[process])
    before = stack.cpu()
    responses = _send(stack, process, requests, status)
    wait_until_quiet(stack.pids[process])
    spent = {name: 1000 * (now - before[name]) / len(requests) for name, now in stack.cpu().items()}
    times = responses.times_ms
    return Sample(
        cpu=spent[process],
        p50_ms=percentile(times, 50),
        p99_ms=percentile(times, 99),
        rate=len(requests) / responses.seconds,
        cpu_by_process=spent,
    )


def _result(row: HttpRow, samples: Sequence[Sample], bare: float, operation: float | None) -> Result:
    """The median CPU time: the minimum is a round without a garbage collection. Latencies are of the best round."""
    names = samples[0].cpu_by_process
    return Result(
        name=row.name,
        process=row.process,
        cpu=median(sample.cpu for sample in samples),
        bare=bare,
        operation=operation,
        figures={
            "p50_ms": min(sample.p50_ms for sample in samples),
            "p99_ms": min(sample.p99_ms for sample in samples),
            "per_second": max(sample.rate for sample in samples),
        },
        cpu_by_process={name: median(sample.cpu_by_process[name] for sample in samples) for name in names},
        driver=driver(),
    )


def percentile(ascending: Sequence[float], percent: float) -> float:
    """The value that this share of the others does not exceed (nearest rank)."""
    return ascending[min(len(ascending) - 1, int(len(ascending) * percent / 100))]
