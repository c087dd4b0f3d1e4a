"""Timers with RQ on Redis: one job per due second, however many orders are due in it.

RQ fires on time but guarantees nothing: a lost timer costs two seconds (see `sweep`). Only this module uses RQ. Job
arguments are JSON; nothing stored in Redis is ever unpickled, or imported by name.
"""

# mypy: untyped-calls-exclude=rq

import asyncio
import logging
import time
from collections.abc import Callable, Collection
from datetime import UTC, datetime

from rq import Queue, SimpleWorker
from rq.job import Job
from rq.scheduler import RQScheduler
from rq.serializers import JSONSerializer

from ticketing_common.observability.dependencies import REDIS
from ticketing_common.redis_client import NoBackoff, Redis, RedisConnectionError, RedisError, Retry

QUEUE = "expiration"
# A label, not an import path: the worker calls its one function and never imports what Redis names.
FUNCTION = "fire_due"
_TIMEOUT_SECONDS = 1
_RETRY_SECONDS = 1.0
# The orders of a due second request the same timer, mostly within one second, so it is scheduled once. This time is
# short because Redis may lose the job.
_DEBOUNCE_SECONDS = 5.0
_MAX_PENDING = 10_000
_BATCH = 100
_JOB_TIMEOUT_SECONDS = 30
_FAILURE_TTL_SECONDS = 600
_MAINTENANCE_SECONDS = 30
_WORKER_TTL_SECONDS = 30


def connect(redis_url: str) -> Redis:
    """A client that never blocks for long: a second to connect, a second for a response.

    One retry, at once, for a connection that a restart of Redis has cut.
    """
    return Redis.from_url(
        redis_url,
        socket_connect_timeout=_TIMEOUT_SECONDS,
        socket_timeout=_TIMEOUT_SECONDS,
        retry=Retry(NoBackoff(), 1, supported_errors=(RedisConnectionError,)),
    )


class RqTimers:
    """ports.Timers, in the service: schedules the jobs in the background, off the event loop.

    While Redis refuses or is unreachable, requested seconds wait here, up to `_MAX_PENDING` and until they are past.
    """

    name = "timers"

    def __init__(self, redis_url: str) -> None:
        self._redis = connect(redis_url)
        self._queue = Queue(QUEUE, connection=self._redis, serializer=JSONSerializer)
        self._requested: dict[int, float] = {}
        self._pending: set[int] = set()
        self._wake = asyncio.Event()
        self._failing = False

    def status(self) -> str:
        """`up` or `down`: whether Redis accepted the last timers, for the readiness response."""
        return "down" if self._failing else "up"

    def set(self, due_second: int) -> None:
        now = time.monotonic()
        if now - self._requested.get(due_second, -_DEBOUNCE_SECONDS) < _DEBOUNCE_SECONDS:
            return
        if len(self._requested) >= _MAX_PENDING:
            self._requested.clear()
        if len(self._pending) < _MAX_PENDING:
            self._requested[due_second] = now
            self._pending.add(due_second)
            self._wake.set()

    async def run(self) -> None:
        """Schedule requested timers until cancelled, through outages of Redis."""
        while True:
            await self._wake.wait()
            self._wake.clear()
            while self._pending:
                await self._schedule_some()

    async def close(self) -> None:
        """Close the connection. The sweep fires orders whose timers were not scheduled."""
        self._redis.close()

    async def _schedule_some(self) -> None:
        seconds = sorted(self._pending)[:_BATCH]
        try:
            await asyncio.to_thread(self.schedule, seconds)
        except (RedisError, OSError) as error:
            self._failing = True
            REDIS.failed(error, fallback="sweep")
            await asyncio.sleep(_RETRY_SECONDS)
            self._pending = {second for second in self._pending if second > time.time()}
            return
        self._pending.difference_update(seconds)
        self._failing = False
        REDIS.succeeded()

    def schedule(self, due_seconds: Collection[int]) -> None:
        """Schedule these seconds now, in one round trip; RedisError when Redis refuses or is unreachable.

        Scheduling a second again replaces its job, which keeps its id.
        """
        with self._redis.pipeline() as pipeline:
            for second in due_seconds:
                self._queue.enqueue_at(
                    datetime.fromtimestamp(second, UTC),
                    FUNCTION,
                    second,
                    job_id=job_id(second),
                    job_timeout=_JOB_TIMEOUT_SECONDS,
                    result_ttl=0,
                    failure_ttl=_FAILURE_TTL_SECONDS,
                    pipeline=pipeline,
                )
            pipeline.execute()


def job_id(due_second: int) -> str:
    """The id of a due second's one job."""
    return f"expire-{due_second}"


class DueTimers:
    """The worker's side: runs RQ's scheduler and SimpleWorker in turn, in one thread and without a child process.

    RQ's own scheduler is a forked child that holds a lock: a Redis outage of three seconds ends it permanently, and
    after kill -9 the lock silences every timer for a minute (measured). Here there is neither child nor lock. Two
    workers may then enqueue the same job; the second finds it done.
    """

    def __init__(self, redis: Redis, fire: Callable[[int], object]) -> None:
        for name in ("rq", "rq.worker", "rq.job"):  # at INFO they write six lines per job
            logging.getLogger(name).setLevel(logging.WARNING)
        self._queue = Queue(QUEUE, connection=redis, job_class=_job_class(fire), serializer=JSONSerializer)
        self._scheduler = RQScheduler(
            [self._queue], connection=redis, serializer=JSONSerializer, logging_level=logging.WARNING
        )
        self._worker = _create_worker(self._queue)
        self._worker.register_birth()

    def run_due(self) -> None:
        """Run the due jobs, then return. After a RedisError this object must be replaced."""
        self._scheduler.prepare_registries([QUEUE])
        self._scheduler.enqueue_scheduled_jobs()
        while (found := self._dequeue()) is not None:
            self._worker.execute_job(*found)
        self._worker.heartbeat()
        if self._worker.should_run_maintenance_tasks:  # ends jobs that a killed worker left unfinished
            self._worker.run_maintenance_tasks()

    def close(self) -> None:
        """Deregister the worker; RedisError when Redis is unreachable."""
        self._worker.register_death()

    def _dequeue(self) -> tuple[Job, Queue] | None:
        return Queue.dequeue_any(
            [self._queue],
            None,
            connection=self._worker.connection,
            job_class=self._queue.job_class,
            serializer=JSONSerializer,
        )


class _NonBlockingWorker(SimpleWorker):
    """Never blocks on Redis, so the connection's own time-out is long enough."""

    @property
    def connection_timeout(self) -> int:
        return _TIMEOUT_SECONDS


def _create_worker(queue: Queue) -> SimpleWorker:
    return _NonBlockingWorker(
        [queue],
        connection=queue.connection,
        job_class=queue.job_class,
        serializer=JSONSerializer,
        maintenance_interval=_MAINTENANCE_SECONDS,
        worker_ttl=_WORKER_TTL_SECONDS,
    )


def _job_class(fire: Callable[[int], object]) -> type[Job]:
    class TimerJob(Job):
        """Calls `fire`, whatever function the job names: write access to Redis must not allow code execution here."""

        func = property(lambda _self: fire)
        success_callback = failure_callback = stopped_callback = property(lambda _self: None)

    return TimerJob
