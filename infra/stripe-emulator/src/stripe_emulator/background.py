"""What happens without a request: scheduled jobs, webhook deliveries, removal of expired idempotency keys."""

import asyncio
import logging
import time

from stripe_emulator.account import Account, Job, Transaction
from stripe_emulator.resources import charges, disputes, refunds
from stripe_emulator.webhooks.dispatcher import Dispatcher

PRUNE_INTERVAL_SECONDS = 3600.0

logger = logging.getLogger(__name__)

HANDLERS = {
    "settle": charges.settle_processing,
    "refund_failed": refunds.fail,
    "refund_pending": refunds.complete,
    "dispute": disputes.open_for_test_card,
}


def run_due_jobs(account: Account, now: float) -> None:
    """Run the due jobs, each in its own transaction; one that fails is logged and dropped."""
    for job in account.jobs.due(now):
        try:
            _run(account, job, now)
        except Exception:
            logger.exception("job.failed name=%s object_id=%s", job.name, job.object_id)
            account.jobs.remove(job)


def _run(account: Account, job: Job, now: float) -> None:
    with account.database.transaction():
        HANDLERS[job.name](Transaction(account, now), job.object_id)
        account.jobs.remove(job)


async def run_background_tasks(account: Account, dispatcher: Dispatcher | None) -> None:
    """Run until cancelled; `work_available` wakes it before the next job or delivery is due."""
    prune_at = 0.0
    while True:
        account.work_available.clear()
        now = time.time()
        if now >= prune_at:
            account.idempotency_keys.prune(now)
            prune_at = now + PRUNE_INTERVAL_SECONDS
        run_due_jobs(account, now)
        if dispatcher is not None:
            dispatcher.send_due()
        await _wait(account, dispatcher, prune_at)


async def _wait(account: Account, dispatcher: Dispatcher | None, prune_at: float) -> None:
    due_times = [prune_at, account.jobs.next_due()]
    if dispatcher is not None and dispatcher.has_capacity:
        due_times.append(account.deliveries.next_due())
    seconds = min(due for due in due_times if due is not None) - time.time()
    try:
        async with asyncio.timeout(max(seconds, 0)):
            await account.work_available.wait()
    except TimeoutError:
        pass
