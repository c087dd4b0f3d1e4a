"""Several shoppers at once, bounded in number and rate."""

import asyncio
import contextlib
import random
import time
from collections.abc import AsyncIterator

import httpx

from ticketing_test_support.crowd.evidence import Evidence
from ticketing_test_support.crowd.promises import Purchase
from ticketing_test_support.crowd.shopper import ANSWER_SECONDS, GaveUp, Notes, Shopper

PEOPLE = 6
PAUSE_SECONDS = 0.25
MOST_VISITS = 500  # of one person: whatever a test does wrong, the load ends
SALES_WITHIN_SECONDS = 90.0
POLL_SECONDS = 0.05


class Crowd:
    """People at one gateway. `notes` is what they were promised; the dice are the same at each run."""

    def __init__(self, url: str, *, people: int = PEOPLE, seed: int = 1) -> None:
        self.url = url
        self._people = people
        self._seed = seed
        self._closing = False
        self.notes = Notes()

    @contextlib.asynccontextmanager
    async def shopping(self) -> AsyncIterator[None]:
        """While inside, people sell and buy. On leaving each finishes what is in hand."""
        self._closing = False
        people = [asyncio.create_task(self._shop(number)) for number in range(self._people)]
        try:
            yield
        finally:
            self._closing = True
            await asyncio.gather(*people)

    async def sales(self, more: int) -> None:
        """Wait until this many more orders are paid. Raises AssertionError when trade has come to a halt."""
        wanted = self.notes.count(Purchase) + more
        deadline = time.monotonic() + SALES_WITHIN_SECONDS
        while self.notes.count(Purchase) < wanted:
            if time.monotonic() > deadline:
                raise AssertionError(f"not {more} sales in {SALES_WITHIN_SECONDS:.0f} s: {dict(self.notes.answers)}")
            await asyncio.sleep(POLL_SECONDS)

    def lost(self, evidence: Evidence) -> list[str]:
        """Every promise that was not kept, in words."""
        return [what for promise in self.notes.promises for what in promise.broken(evidence)]

    async def _shop(self, number: int) -> None:
        # S311: the dice choose what a shopper does, no secret.
        dice = random.Random(f"{self._seed}.{number}")
        async with httpx.AsyncClient(base_url=self.url, timeout=ANSWER_SECONDS, trust_env=False) as http:
            shopper = Shopper(http, self.notes, dice)
            is_known = False
            for _ in range(MOST_VISITS):
                if self._closing:
                    return
                with contextlib.suppress(GaveUp):
                    if not is_known:
                        await shopper.sign_up()
                        is_known = True
                    await shopper.visit()
                await asyncio.sleep(PAUSE_SECONDS)
