"""What happens without a request: due acts, deliveries, the forgetting of old keys."""

import asyncio
import logging
import time

from stripe_emulator.account import Account, Work
from stripe_emulator.agenda import Entry
from stripe_emulator.resources import charges, disputes, refunds
from stripe_emulator.webhooks.courier import Courier

PRUNE_EVERY_SECONDS = 3600.0

logger = logging.getLogger(__name__)


def _settle(work: Work, intent_id: str) -> None:
    intent = work.objects.get("payment_intent", intent_id)
    if intent["status"] == "processing":
        charges.settle(work, intent)


ACTS = {
    "settle": _settle,
    "refund_failed": refunds.fail,
    "refund_pending": refunds.complete,
    "dispute": disputes.by_itself,
}


def run_due(account: Account, now: float) -> None:
    """Do what is due, each act in its own transaction; one that cannot be done is told and dropped."""
    for entry in account.agenda.due(now):
        try:
            _run(account, entry, now)
        except Exception:
            logger.exception("%s of %s failed", entry.act, entry.subject)
            account.agenda.remove(entry)


def _run(account: Account, entry: Entry, now: float) -> None:
    with account.database.transaction():
        ACTS[entry.act](Work(account, now), entry.subject)
        account.agenda.remove(entry)


async def keep_running(account: Account, courier: Courier | None) -> None:
    """Work until cancelled; the account's bell wakes it before the next thing is due."""
    prune_at = 0.0
    while True:
        account.bell.clear()
        now = time.time()
        if now >= prune_at:
            account.keys.prune(now)
            prune_at = now + PRUNE_EVERY_SECONDS
        run_due(account, now)
        if courier is not None:
            courier.send_due()
        await _until(account, courier, prune_at)


async def _until(account: Account, courier: Courier | None, prune_at: float) -> None:
    dues = [prune_at, account.agenda.next_due()]
    if courier is not None and courier.is_free:
        dues.append(account.webhooks.next_due())
    wait = min(due for due in dues if due is not None) - time.time()
    try:
        async with asyncio.timeout(max(wait, 0)):
            await account.bell.wait()
    except TimeoutError:
        pass
