"""`ticketing restore`: put a backup into empty databases and streams, while no service runs."""

import asyncio
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ticketing_common.errors import Unavailable
from ticketing_common.messaging import connect_readonly
from ticketing_common.messaging.backup import (
    STREAMS,
    count_messages,
    create_missing_streams,
    has_listeners,
    publish_lines,
)
from ticketing_common.mongo import Database, DuplicateKey
from ticketing_common.mongo.backup import (
    DamagedBackup,
    collection_names,
    count_documents,
    insert_documents,
    split_documents,
)
from ticketing_ops.backup.folder import BackupFolder
from ticketing_ops.errors import OperationError
from ticketing_ops.progress import Progress
from ticketing_ops.stack import Stack, open_databases


def require_restorable(stack: Stack, root: Path) -> None:
    """Raises OperationError when the backup is incomplete or something would be overwritten. It changes nothing."""
    BackupFolder(root).summary()
    try:
        asyncio.run(_check(stack))
    except Unavailable as error:
        raise OperationError(f"Nothing was restored: {error.message}") from None


def restore(stack: Stack, root: Path) -> int:
    """Restore all of it and print what there is now. Raises OperationError."""
    require_restorable(stack, root)
    folder, progress = BackupFolder(root), Progress()
    summary = folder.summary()
    try:
        asyncio.run(_restore(stack, folder, progress))
    except Unavailable as error:
        raise OperationError(
            f"The restore failed: {error.message} Empty all databases and streams, and repeat"
        ) from None
    except (DamagedBackup, DuplicateKey) as error:
        raise OperationError(f"The restore failed: {root} is damaged ({error!r})") from None
    finally:
        progress.close()
    documents, messages = sum(summary.documents.values()), sum(summary.messages.values())
    print(f"Restored the state of {summary.at}: {documents:,} documents, {messages:,} messages")
    return 0


async def _restore(stack: Stack, folder: BackupFolder, progress: Progress) -> None:
    """First the databases, then the events, which the services handle once more when they start."""
    async with connect_readonly(stack.urls["nats"]) as jetstream, open_databases(stack.urls) as databases:
        if await has_listeners(jetstream):
            raise OperationError("The services are running: stop them first, as docs/runbook.md says")
        for service, name, path in folder.collections():
            with path.open("rb") as file:
                async for done in insert_documents(databases[service], name, split_documents(file)):
                    progress.show(f"restore: {done:,} documents of {service}.{name}")
        await create_missing_streams(jetstream)
        for stream in STREAMS:
            with folder.stream(stream).open() as lines:
                async for done in publish_lines(jetstream, stream, lines):
                    progress.show(f"restore: {done:,} messages of {stream}")


async def _check(stack: Stack) -> None:
    async with connect_readonly(stack.urls["nats"]) as jetstream, open_databases(stack.urls) as databases:
        await _require_empty(jetstream, databases)


async def _require_empty(jetstream: Any, databases: Mapping[str, Database]) -> None:
    for stream in STREAMS:
        _require_none(await count_messages(jetstream, stream), f"The stream {stream}", "messages")
    for service, database in databases.items():
        for name in await collection_names(database):
            _require_none(await count_documents(database, name), f"{service}.{name}", "documents")


def _require_none(count: int, where: str, what: str) -> None:
    if count:
        raise OperationError(f"{where} has {count:,} {what}: nothing is overwritten, restore into an empty stack")
