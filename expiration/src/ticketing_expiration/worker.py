"""`python -m ticketing_expiration.worker`: fires what is due, in its second. A process of its own.

It converges by itself: while Redis is away it tries again each second; while MongoDB is away it leaves the firing to
the service's sweep. SIGTERM ends it at the next second, with exit status 0.
"""

import asyncio
import contextlib
import logging
import os
import signal
import time
from types import FrameType

import structlog
from prometheus_client import start_http_server
from redis import Redis
from redis.exceptions import RedisError

from ticketing_common.clock import utc_now
from ticketing_common.errors import Unavailable
from ticketing_common.mongo import Database
from ticketing_common.observability import configure
from ticketing_common.settings import load
from ticketing_expiration import use_cases, wakeups
from ticketing_expiration.domain import FiredBy
from ticketing_expiration.settings import Settings
from ticketing_expiration.store import ExpiryStore
from ticketing_expiration.timers import DueTimers, connect
from ticketing_expiration.use_cases import Expiries

log = structlog.get_logger(__name__)

# Below the ten seconds that a stopping process has: a database that hangs must not use them up.
_FIRE_WITHIN_SECONDS = 5.0


class StopSignal:
    """Whether SIGTERM or SIGINT has come. A flag and no exception: a job that is running is finished."""

    def __init__(self) -> None:
        self.received = False
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._receive)

    def _receive(self, _number: int, _frame: FrameType | None) -> None:
        self.received = True


class Worker:
    """Runs the due timers each second. All in one thread and one process: the driver's client is never forked."""

    def __init__(self, redis: Redis, expiries: Expiries, runner: asyncio.Runner) -> None:
        self._redis = redis
        self._expiries = expiries
        self._runner = runner
        self._timers: DueTimers | None = None
        self._redis_state = ""
        # One try a round, for each job fires all that is due: a backlog of jobs must not add up their time-outs.
        self._gave_up = False

    def run(self, stop: StopSignal) -> None:
        """Until `stop`."""
        while not stop.received:
            self.run_due()
            # Due times are rounded up to whole seconds: just after one is when there is something to do.
            time.sleep(1.01 - time.time() % 1)

    def close(self) -> None:
        """Take leave of RQ, if Redis is there."""
        if self._timers is not None:
            with contextlib.suppress(RedisError, OSError):
                self._timers.close()

    def fire(self, _due_second: int) -> int:
        """What a job does: fire all that is due, also of earlier seconds, and wake the service's relay."""
        if self._gave_up:
            return 0
        now = utc_now()
        firing = use_cases.fire_due(self._expiries, now=now, by=FiredBy.TIMER)
        try:
            fired = self._runner.run(asyncio.wait_for(firing, _FIRE_WITHIN_SECONDS))
        except (Unavailable, TimeoutError) as error:
            log.warning("worker.database_away", error=str(error) or "no answer in time", meanwhile="the sweep fires")
            self._gave_up = True
            return 0
        if fired:
            wakeups.announce(self._redis, fired)
        return fired

    def run_due(self) -> None:
        """One round: run what is due, whatever state Redis and the database are in."""
        self._gave_up = False
        try:
            if self._timers is None:
                self._timers = DueTimers(self._redis, self.fire)
            self._timers.run_due()
            self._note_redis("up")
        except (RedisError, OSError) as error:
            self._timers = None  # what it was doing is unknown: a new one starts clean
            self._note_redis("away", error=repr(error))
        except Exception:  # what others put into Redis must not end the worker
            self._timers = None
            log.exception("worker.failed", retry_in_seconds=1)

    def _note_redis(self, state: str, **details: str) -> None:
        """Log a change, once; an outage is not told of each second."""
        if state != self._redis_state:
            self._redis_state = state
            log.info(f"worker.redis_{state}", **details)


def main() -> None:
    """Run until told to stop."""
    settings = load(Settings)
    configure(service="expiration-worker", level=settings.log_level)
    stop = StopSignal()
    if settings.worker_metrics_port:
        start_http_server(settings.worker_metrics_port)
    with asyncio.Runner() as runner:
        # The service makes the indexes.
        database = Database(settings.mongo_uri, default_name="expiration", indexes={})
        worker = Worker(connect(settings.redis_url), ExpiryStore(database), runner)
        log.info("worker.started")
        worker.run(stop)
        worker.close()
    log.info("worker.stopped")
    logging.shutdown()
    # Without waiting for the driver's threads: in a database that hangs they stay for ten seconds (measured).
    os._exit(0)


if __name__ == "__main__":
    main()
