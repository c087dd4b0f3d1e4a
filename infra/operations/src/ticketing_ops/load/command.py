"""`ticketing load`: simulated buyers and sellers, with a live summary."""

import asyncio
import time
from collections.abc import Mapping
from dataclasses import dataclass

from ticketing_ops.errors import OperationError
from ticketing_ops.load.generator import Generator
from ticketing_ops.load.record import Record
from ticketing_ops.load.safety import require_loopback, require_test_mode
from ticketing_ops.load.table import final_table, summary_line
from ticketing_ops.progress import Progress

POLL_SECONDS = 0.2
INTERRUPTED = 130


@dataclass(frozen=True)
class LoadOptions:
    """`rate` is in requests a second; the run ends after `seconds` or, if given, so many `purchases`."""

    users: int
    rate: float
    seconds: float
    purchases: int | None = None
    seed: int = 1
    allow_remote: bool = False
    allow_live: bool = False


def load(urls: Mapping[str, str], url: str | None, options: LoadOptions) -> int:
    """Run a load on the stack at `url`, or else on the local one, and print a table.

    Exit status 1 when a response was unexpected or a request was not settled. Raises OperationError.
    """
    target = url or urls.get("gateway")
    if target is None:
        raise OperationError("ADDRESSES names no gateway: pass --url")
    if not options.allow_remote:
        require_loopback(target)
    run = LoadRun(target, options)
    try:
        asyncio.run(run.until_done())
    except KeyboardInterrupt:
        print(final_table(run.record, run.seconds))
        return INTERRUPTED
    print(final_table(run.record, run.seconds))
    return 1 if run.record.unexpected or run.record.unsettled else 0


class LoadRun:
    """One run and what it recorded."""

    def __init__(self, url: str, options: LoadOptions) -> None:
        self.record = Record()
        self._options = options
        self._generator = Generator(url, self.record, users=options.users, seed=options.seed, rate=options.rate)
        self._began = self._ended = 0.0

    @property
    def seconds(self) -> float:
        """How long it ran, or has run."""
        return (self._ended or time.monotonic()) - self._began

    async def until_done(self) -> None:
        """Run it, and show how it goes on."""
        self._began = time.monotonic()
        if not self._options.allow_live:
            await require_test_mode(self._generator)
        progress = Progress()
        try:
            async with self._generator.running():
                while not self._is_done():
                    await asyncio.sleep(POLL_SECONDS)
                    progress.show(summary_line(self.record, self.seconds))
        finally:
            self._ended = time.monotonic()
            progress.close()

    def _is_done(self) -> bool:
        bought, wanted = self.record.done["purchases"], self._options.purchases
        return self.seconds >= self._options.seconds or (wanted is not None and bought >= wanted)
