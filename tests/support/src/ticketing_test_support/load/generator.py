"""Several users at once, bounded in number and rate."""

import asyncio
import contextlib
import random
from collections.abc import AsyncIterator

from ticketing_test_support.api import ApiClient
from ticketing_test_support.load.accepted import PaymentCaptured
from ticketing_test_support.load.state import StoredState
from ticketing_test_support.load.user import GaveUp, LoadUser, Record
from ticketing_test_support.waiting import eventually

USERS = 6
PAUSE_SECONDS = 0.25
MAX_ROUNDS = 500  # of one user: whatever a test does wrong, the load ends
SALES_WITHIN_SECONDS = 90.0


class LoadGenerator:
    """Users at one gateway. Each run makes the same random choices."""

    def __init__(self, url: str, *, users: int = USERS, seed: int = 1) -> None:
        self.url = url
        self._users = users
        self._seed = seed
        self._stopping = False
        self.record = Record()

    @contextlib.asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """While inside, users sell and buy. On leaving each finishes what it has begun."""
        self._stopping = False
        users = [asyncio.create_task(self._run(number)) for number in range(self._users)]
        try:
            yield
        finally:
            self._stopping = True
            await asyncio.gather(*users)

    async def sales(self, more: int) -> None:
        """Wait until this many more orders are paid. AssertionError when nobody can buy any more."""
        wanted = self.record.count(PaymentCaptured) + more
        await eventually(
            lambda: self.record.count(PaymentCaptured) >= wanted,
            within=SALES_WITHIN_SECONDS,
            every=0.05,
            what=f"{more} more sales; responses: {dict(self.record.responses)}",
        )

    @contextlib.asynccontextmanager
    async def user(self) -> AsyncIterator[LoadUser]:
        """A user that a test controls; its accepted writes are recorded with the others."""
        shared = Record(self.record.accepted, self.record.responses, self.record.unexpected)
        client = ApiClient(self.url)
        user = LoadUser(client, shared, random.Random(2))
        try:
            await user.sign_up()
            yield user
        finally:
            await client.close()

    def lost(self, state: StoredState) -> list[str]:
        """Every accepted write that is not stored or was not published, as text."""
        return [problem for write in self.record.accepted for problem in write.problems(state)]

    async def _run(self, number: int) -> None:
        client = ApiClient(self.url)
        user = LoadUser(client, self.record, random.Random(f"{self._seed}.{number}"))
        signed_up = False
        for _ in range(MAX_ROUNDS):
            if self._stopping:
                break
            with contextlib.suppress(GaveUp):
                if not signed_up:
                    await user.sign_up()
                    signed_up = True
                await user.sell_and_buy()
            await asyncio.sleep(PAUSE_SECONDS)
        await client.close()
