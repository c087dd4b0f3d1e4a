"""The CPU time of a log line, for docs/performance/requests.md.

.venv/bin/python -m ticketing_bench.log_lines 2> >(cat > /dev/null)     through a pipe, as in a container
"""

import asyncio
import time
from collections.abc import Callable

import structlog

from ticketing_common.observability import configure, tracing
from ticketing_common.web.request_log import RequestLog

LINES = 4_000
ROUNDS = 9
REQUEST = ("GET", "/api/orders/{order_id}", 200)
USER, REQUEST_ID = "66f0aa1234567890123456ab", "0af7651916cd43dd8448eb211c80319c"


async def _cpu_seconds(write: Callable[[], object], *, at_once: int) -> float:
    """Of all lines, so many in each turn of the event loop."""
    started = time.process_time()
    for _ in range(LINES // at_once):
        for _ in range(at_once):
            write()
        await asyncio.sleep(0)
    return time.process_time() - started


async def _microseconds(write: Callable[[], object], *, at_once: int) -> float:
    """Of one line: the best of some rounds, without the loop itself."""
    lines = min([await _cpu_seconds(write, at_once=at_once) for _ in range(ROUNDS)])
    loop = min([await _cpu_seconds(lambda: None, at_once=at_once) for _ in range(ROUNDS)])
    return (lines - loop) / (LINES // at_once * at_once) * 1e6


async def main() -> None:
    """Print a table."""
    configure(service="orders", log_format="json")
    tracing.begin()
    requests, log = RequestLog(), structlog.get_logger("bench")
    fields = {"method": "GET", "route": REQUEST[1], "status": 200, "user_id": USER, "request_id": REQUEST_ID}
    rows: dict[str, Callable[[], object]] = {
        "request": lambda: requests.write(REQUEST, seconds=0.001, user_id=USER, request_id=REQUEST_ID),
        "structlog": lambda: log.info("request", duration_ms=1.0, **fields),
    }
    for name, write in rows.items():
        for at_once in (1, 4, 16):
            print(f"{name}, {at_once} at once: {await _microseconds(write, at_once=at_once):.1f} µs", flush=True)


if __name__ == "__main__":
    asyncio.run(main())
