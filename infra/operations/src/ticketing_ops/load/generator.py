"""Several users at once, bounded in number and rate."""

import asyncio
import contextlib
import random
import time
from collections.abc import AsyncIterator

from ticketing_ops.load.record import Json, Record
from ticketing_ops.load.requests import GaveUp, RequestClient
from ticketing_ops.load.user import LoadUser

PAUSE_SECONDS = 0.25


class Pacer:
    """At most `rate` requests a second, of all users together."""

    def __init__(self, rate: float) -> None:
        self._interval = 1 / rate
        self._next = 0.0

    async def wait(self) -> None:
        """Return when the next request may be sent."""
        if delay := self.delay(time.monotonic()):
            await asyncio.sleep(delay)

    def delay(self, now: float) -> float:
        """Seconds from now until this request may be sent."""
        slot = max(now, self._next)
        self._next = slot + self._interval
        return slot - now


class Generator:
    """Users at one gateway. Each run makes the same random choices. `max_rounds` ends the load of each user."""

    def __init__(
        self,
        url: str,
        record: Record,
        *,
        users: int,
        seed: int = 1,
        rate: float | None = None,
        max_rounds: int | None = None,
    ) -> None:
        self.url = url
        self._record = record
        self._users = users
        self._seed = seed
        self._pace = Pacer(rate).wait if rate is not None else None
        self._max_rounds = max_rounds
        self._on_sale: list[Json] = []
        self._stopping = False

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

    @contextlib.asynccontextmanager
    async def user(self) -> AsyncIterator[LoadUser]:
        """A user that the caller controls, counted with the others. Raises GaveUp."""
        client = RequestClient(self.url, self._record, pace=self._pace)
        try:
            user = LoadUser(client, self._record, random.Random(2))  # noqa: S311  no secret
            await user.sign_up()
            yield user
        finally:
            await client.close()

    async def _run(self, number: int) -> None:
        client = RequestClient(self.url, self._record, pace=self._pace)
        choice = random.Random(f"{self._seed}.{number}")  # noqa: S311  no secret
        user = LoadUser(client, self._record, choice, self._on_sale)
        rounds, signed_up = 0, False
        while not self._stopping and rounds != self._max_rounds:
            rounds += 1
            with contextlib.suppress(GaveUp):
                if not signed_up:
                    await user.sign_up()
                    signed_up = True
                await user.sell_and_buy()
            await asyncio.sleep(PAUSE_SECONDS)
        await client.close()
