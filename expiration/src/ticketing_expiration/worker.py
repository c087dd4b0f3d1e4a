"""`python -m ticketing_expiration.worker`: fires what is due, on time, in a separate process.

While Redis is unreachable it retries each second; while MongoDB is unreachable the service's sweep fires instead.
SIGTERM stops it within a second, with exit status 0.
"""

import asyncio
import contextlib
import logging
import os
import signal
import time
from datetime import datetime
from types import FrameType

import structlog
from prometheus_client import start_http_server

from ticketing_common.clock import utc_now
from ticketing_common.errors import Unavailable
from ticketing_common.mongo import Database
from ticketing_common.observability import configure, spans
from ticketing_common.observability.build_info import export_build_info
from ticketing_common.observability.dependencies import MONGODB, REDIS
from ticketing_common.observability.recording import Recording
from ticketing_common.observability.spans import Kind
from ticketing_common.redis_client import Redis, RedisError
from ticketing_common.settings import load
from ticketing_expiration import use_cases
from ticketing_expiration.domain import FiredBy
from ticketing_expiration.metrics import worker_registry
from ticketing_expiration.ports import ExpiryStore
from ticketing_expiration.settings import Settings
from ticketing_expiration.store import MongoExpiryStore
from ticketing_expiration.timers import DueTimers, connect
from ticketing_expiration.wakeups import publish_wakeup

log = structlog.get_logger(__name__)

SERVICE = "expiration-worker"
# A hung database must not use up the ten seconds that a stopping process has.
_FIRE_TIMEOUT_SECONDS = 5.0


class StopSignal:
    """Whether SIGTERM or SIGINT was received. A flag, not an exception, so that a running job finishes."""

    def __init__(self) -> None:
        self.received = False
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._receive)

    def _receive(self, _number: int, _frame: FrameType | None) -> None:
        self.received = True


class Worker:
    """Runs the due timers each second, in one thread and one process: MongoDB's client must not be forked."""

    def __init__(self, redis: Redis, store: ExpiryStore, runner: asyncio.Runner) -> None:
        self._redis = redis
        self._store = store
        self._runner = runner
        self._timers: DueTimers | None = None
        # Each job fires everything that is due, so one failure per round is enough: the time-outs of a backlog of
        # jobs must not add up.
        self._database_failed = False

    def run(self, stop: StopSignal) -> None:
        """Until `stop`."""
        while not stop.received:
            self.run_due()
            # Due times are rounded up to whole seconds.
            time.sleep(1.01 - time.time() % 1)

    def close(self) -> None:
        """Deregister from RQ, if Redis is reachable."""
        if self._timers is not None:
            with contextlib.suppress(RedisError, OSError):
                self._timers.close()

    def fire(self, _due_second: int) -> int:
        """A job: fire everything that is due, also of earlier seconds, and wake the service's relay."""
        if self._database_failed:
            return 0
        now = utc_now()
        try:
            fired = self._runner.run(asyncio.wait_for(self._fire(now), _FIRE_TIMEOUT_SECONDS))
        except (Unavailable, TimeoutError) as error:
            MONGODB.failed(error.__cause__ or error, fallback="sweep")
            self._database_failed = True
            return 0
        if fired:
            publish_wakeup(self._redis, fired)
        return fired

    async def _fire(self, now: datetime) -> int:
        with spans.enter("fire expirations", Kind.INTERNAL):
            return await use_cases.fire_due(self._store, now=now, by=FiredBy.TIMER)

    def run_due(self) -> None:
        """One round: run what is due, regardless of the state of Redis and the database."""
        self._database_failed = False
        try:
            if self._timers is None:
                self._timers = DueTimers(self._redis, self.fire)
            self._timers.run_due()
            REDIS.succeeded()
        except (RedisError, OSError) as error:
            self._timers = None  # its state is unknown: start with a new one
            REDIS.failed(error, fallback="sweep")
        except Exception:  # whatever is in Redis must not end the worker
            self._timers = None
            log.exception("worker.round_failed", retry_in_seconds=1)


def main() -> None:
    """Run until SIGTERM or SIGINT."""
    settings = load(Settings)
    configure(service=SERVICE, level=settings.log_level, log_format=settings.log_format)
    recording = Recording(SERVICE, enabled=settings.records_traces)
    recording.start()
    stop = StopSignal()
    if settings.worker_metrics_port:
        export_build_info(SERVICE, package="ticketing-expiration", revision=settings.revision)
        start_http_server(settings.worker_metrics_port, addr=settings.worker_metrics_host, registry=worker_registry())
    with asyncio.Runner() as runner:
        # The service creates the indexes.
        database = Database(
            settings.mongo_uri, default_name="expiration", indexes={}, mongo_driver=settings.mongo_driver
        )
        worker = Worker(connect(settings.redis_url), MongoExpiryStore(database), runner)
        log.info("worker.started")
        worker.run(stop)
        worker.close()
    recording.stop()
    log.info("worker.stopped")
    logging.shutdown()
    # Without waiting for the driver's threads: with a hung database they take ten seconds (measured).
    os._exit(0)


if __name__ == "__main__":
    main()
