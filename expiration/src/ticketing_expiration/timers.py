"""Timers with RQ on Redis: one job for each due second, however many orders fall due in it.

RQ is what fires in time, not what guarantees: a timer that is lost costs two seconds (see `sweep`). Only this module
knows RQ. Job arguments are JSON; nothing that lies in Redis is ever unpickled, nor imported by name.
"""

# mypy: untyped-calls-exclude=rq

import asyncio
import logging
import time
from collections.abc import Callable, Collection
from datetime import UTC, datetime

import structlog
from redis import Redis
from redis.backoff import NoBackoff
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import RedisError
from redis.retry import Retry
from rq import Queue, SimpleWorker
from rq.job import Job
from rq.scheduler import RQScheduler
from rq.serializers import JSONSerializer

log = structlog.get_logger(__name__)

QUEUE = "expiration"
# What a job calls. A label, not a path: the worker has one thing to do and never imports what Redis names.
FUNCTION = "fire_due"
_ANSWER_WITHIN_SECONDS = 1
_RETRY_SECONDS = 1.0
# A due second is asked for by each of its orders, mostly within one second; asking RQ once is enough. Not for longer:
# Redis may have lost it since.
_REMEMBER_SECONDS = 5.0
_MOST_PENDING = 10_000
_AT_ONCE = 100
_JOB_TIMEOUT_SECONDS = 30
_KEEP_FAILED_SECONDS = 600
_MAINTENANCE_SECONDS = 30
_WORKER_TTL_SECONDS = 30


def connect(redis_url: str) -> Redis:
    """A connection that never makes its caller wait long: a second to connect, a second for an answer.

    One retry, at once, for a connection that a restart of Redis has cut.
    """
    return Redis.from_url(
        redis_url,
        socket_connect_timeout=_ANSWER_WITHIN_SECONDS,
        socket_timeout=_ANSWER_WITHIN_SECONDS,
        retry=Retry(NoBackoff(), 1, supported_errors=(RedisConnectionError,)),
    )


class RqTimers:
    """The service's side: schedules the jobs, in the background and off the event loop.

    While Redis is `away` the seconds asked for wait here, up to `_MOST_PENDING` and until they are past.
    """

    name = "timers"

    def __init__(self, redis_url: str) -> None:
        self._redis = connect(redis_url)
        self._queue = Queue(QUEUE, connection=self._redis, serializer=JSONSerializer)
        self._asked: dict[int, float] = {}
        self._pending: set[int] = set()
        self._wake = asyncio.Event()
        self.away = False

    def set(self, due_second: int) -> None:
        """Fire what is due at `due_second` (since the epoch) then. Returns at once and never fails."""
        now = time.monotonic()
        if now - self._asked.get(due_second, -_REMEMBER_SECONDS) < _REMEMBER_SECONDS:
            return
        if len(self._asked) >= _MOST_PENDING:
            self._asked.clear()
        if len(self._pending) < _MOST_PENDING:
            self._asked[due_second] = now
            self._pending.add(due_second)
            self._wake.set()

    async def run(self) -> None:
        """Schedule what is asked for, for ever, through outages of Redis."""
        while True:
            await self._wake.wait()
            self._wake.clear()
            while self._pending:
                await self._schedule_some()

    async def close(self) -> None:
        """Let go of Redis. What was not scheduled yet, the sweep fires."""
        self._redis.close()

    async def _schedule_some(self) -> None:
        seconds = sorted(self._pending)[:_AT_ONCE]
        try:
            await asyncio.to_thread(self.schedule, seconds)
        except (RedisError, OSError) as error:
            self._note_away(error)
            await asyncio.sleep(_RETRY_SECONDS)
            self._pending = {second for second in self._pending if second > time.time()}
            return
        self._pending.difference_update(seconds)
        self.away = False

    def schedule(self, due_seconds: Collection[int]) -> None:
        """Schedule these seconds now, in one round trip; RedisError when Redis is away.

        One that is scheduled already is scheduled anew, under the same id.
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
                    failure_ttl=_KEEP_FAILED_SECONDS,
                    pipeline=pipeline,
                )
            pipeline.execute()

    def _note_away(self, error: Exception) -> None:
        if not self.away:
            log.warning("timers.redis_away", error=repr(error), waiting=len(self._pending), meanwhile="the sweep fires")
        self.away = True


def job_id(due_second: int) -> str:
    """The one job of a due second."""
    return f"expire-{due_second}"


class DueTimers:
    """The worker's side: RQ's scheduler and RQ's SimpleWorker, taken in turns by one thread, without a child process.

    RQ's own arrangement is a forked scheduler that holds a lock: measured, a Redis outage of three seconds ends it for
    good, and after kill -9 the lock silences every timer for a minute. Here there is neither child nor lock. Two
    workers may then enqueue the same job; the second finds it done.
    """

    def __init__(self, redis: Redis, fire: Callable[[int], object]) -> None:
        for name in ("rq", "rq.worker", "rq.job"):  # at INFO they write six lines for each job
            logging.getLogger(name).setLevel(logging.WARNING)
        self._queue = Queue(QUEUE, connection=redis, job_class=_job_that_calls(fire), serializer=JSONSerializer)
        self._scheduler = RQScheduler(
            [self._queue], connection=redis, serializer=JSONSerializer, logging_level=logging.WARNING
        )
        self._worker = _worker_of(self._queue)
        self._worker.register_birth()

    def run_due(self) -> None:
        """Run the jobs whose second has come, then return; RedisError when Redis is away: then make a new one."""
        self._scheduler.prepare_registries([QUEUE])
        self._scheduler.enqueue_scheduled_jobs()
        while (found := self._dequeue()) is not None:
            self._worker.execute_job(*found)
        self._worker.heartbeat()
        if self._worker.should_run_maintenance_tasks:  # ends what a killed worker has left half done
            self._worker.run_maintenance_tasks()

    def close(self) -> None:
        """Tell RQ that this worker is gone; RedisError when Redis is."""
        self._worker.register_death()

    def _dequeue(self) -> tuple[Job, Queue] | None:
        return Queue.dequeue_any(
            [self._queue],
            None,
            connection=self._worker.connection,
            job_class=self._queue.job_class,
            serializer=JSONSerializer,
        )


class _BriefWorker(SimpleWorker):
    """Never blocks on Redis, so it needs no socket time-out longer than the connection's own."""

    @property
    def connection_timeout(self) -> int:
        return _ANSWER_WITHIN_SECONDS


def _worker_of(queue: Queue) -> SimpleWorker:
    return _BriefWorker(
        [queue],
        connection=queue.connection,
        job_class=queue.job_class,
        serializer=JSONSerializer,
        maintenance_interval=_MAINTENANCE_SECONDS,
        worker_ttl=_WORKER_TTL_SECONDS,
    )


def _job_that_calls(fire: Callable[[int], object]) -> type[Job]:
    class TimerJob(Job):
        """Calls `fire`, whatever the job in Redis names: who can write there must not choose what runs here."""

        func = property(lambda _self: fire)
        success_callback = failure_callback = stopped_callback = property(lambda _self: None)

    return TimerJob
