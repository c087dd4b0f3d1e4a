"""`ticketing backup`: all databases and streams, as of one instant."""

import asyncio
import time
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from ticketing_common.errors import Unavailable
from ticketing_common.messaging import connect_readonly
from ticketing_common.messaging.backup import STREAMS, last_sequences, read_lines
from ticketing_common.mongo import Database
from ticketing_common.mongo.backup import collection_names, read_documents
from ticketing_ops.backup.folder import BackupFolder, Summary
from ticketing_ops.backup.lock import writes_locked
from ticketing_ops.errors import OperationError
from ticketing_ops.progress import Progress
from ticketing_ops.stack import SERVICES, Stack, database_url, open_databases

REPORT_EVERY = 100


def backup(stack: Stack, root: Path) -> int:
    """Write a new folder and print what it holds. Raises OperationError."""
    folder, progress = BackupFolder(root), Progress()
    folder.create()
    try:
        summary = asyncio.run(_Backup(stack, folder, progress).run())
    except Unavailable as error:
        raise OperationError(f"The backup failed and is incomplete: {error.message}") from None
    finally:
        progress.close()
    folder.finish(summary)
    documents, messages = sum(summary.documents.values()), sum(summary.messages.values())
    print(f"{root}: {documents:,} documents, {messages:,} messages; writes waited for {summary.locked_seconds:.1f} s")
    return 0


class _Backup:
    """One run."""

    def __init__(self, stack: Stack, folder: BackupFolder, progress: Progress) -> None:
        self._stack = stack
        self._folder = folder
        self._progress = progress

    async def run(self) -> Summary:
        """The databases and the streams' positions while nothing is written; then the streams up to there.

        What was published by then is about writes that the databases have; what comes later is not read.
        """
        urls = self._stack.urls
        async with connect_readonly(urls["nats"]) as jetstream, open_databases(urls) as databases:
            async with writes_locked({service: database_url(urls, service) for service in SERVICES}):
                began, at = time.monotonic(), datetime.now(UTC)
                documents = await self._dump(databases)
                last = await last_sequences(jetstream)
                locked_seconds = time.monotonic() - began
            messages = {stream: await self._dump_stream(jetstream, stream, last[stream]) for stream in STREAMS}
        return Summary(at.isoformat(timespec="seconds"), locked_seconds, documents, messages)

    async def _dump(self, databases: Mapping[str, Database]) -> dict[str, int]:
        counts = {}
        for service, database in databases.items():
            for name in await collection_names(database):
                counts[f"{service}.{name}"] = await self._dump_collection(service, database, name)
        return counts

    async def _dump_collection(self, service: str, database: Database, name: str) -> int:
        count = 0
        with self._folder.collection(service, name).open("xb") as file:
            async for document in read_documents(database, name):
                file.write(document)
                count += 1
                if count % REPORT_EVERY == 0:
                    self._progress.show(f"backup: {count:,} documents of {service}.{name}; writes wait")
        return count

    async def _dump_stream(self, jetstream: Any, stream: str, until: int) -> int:
        count = 0
        with self._folder.stream(stream).open("x") as file:
            async for line in read_lines(jetstream, stream, until=until):
                file.write(f"{line}\n")
                count += 1
                if count % REPORT_EVERY == 0:
                    self._progress.show(f"backup: {count:,} messages of {stream}")
        return count
