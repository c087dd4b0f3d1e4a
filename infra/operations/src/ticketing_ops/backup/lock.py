"""Let all writes wait, in all databases at once, and let them go on again in any case.

`python -m ticketing_ops.backup.lock` reads the databases' addresses as a line of JSON, locks, prints a line, and
unlocks when its standard input ends, as it does when the backup ends, however that happens.
"""

import asyncio
import json
import os
import signal
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager

from ticketing_common.errors import Unavailable
from ticketing_common.mongo import Database
from ticketing_common.mongo.backup import lock_writes, unlock_writes
from ticketing_ops.errors import OperationError

_LOCKED = b"locked\n"


@asynccontextmanager
async def writes_locked(urls: Mapping[str, str]) -> AsyncIterator[None]:
    """While inside, the databases at these addresses accept no write. Raises OperationError."""
    keeper = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", __name__),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        start_new_session=True,  # Ctrl-C is for the backup
    )
    if keeper.stdin is None or keeper.stdout is None:
        raise OperationError("The databases cannot be locked: no process could be started")
    keeper.stdin.write(f"{json.dumps(dict(urls))}\n".encode())
    try:
        if await keeper.stdout.readline() != _LOCKED:
            raise OperationError("The databases could not be locked: see above; `ticketing ps` shows what is running")
        yield
    finally:
        keeper.stdin.close()
        await keeper.wait()
    if keeper.returncode:
        raise OperationError("The databases could not be unlocked: restart MongoDB")


async def _keep_locked(urls: Mapping[str, str]) -> None:
    async with AsyncExitStack() as connections:
        databases = []
        for service, url in urls.items():
            database = Database(url, default_name=service, indexes={}, mongo_driver="pymongo")
            connections.push_async_callback(database.close)
            databases.append(database)
        locked = list[Database]()
        try:
            for database in databases:
                await lock_writes([database])
                locked.append(database)
            os.write(sys.stdout.fileno(), _LOCKED)
            await asyncio.to_thread(sys.stdin.read)
        finally:
            await unlock_writes(locked)


if __name__ == "__main__":
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    try:
        asyncio.run(_keep_locked(json.loads(sys.stdin.readline())))
    except Unavailable as error:
        sys.exit(f"error: {error.message}")
