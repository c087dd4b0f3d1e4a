"""Audit snapshots of small stacks."""

from dataclasses import fields
from typing import Any

from ticketing_ops.audit.reader import SnapshotReader
from ticketing_ops.audit.snapshot import Snapshot, by_id

LEDGER_KINDS = ("payment_intents", "refunds", "disputes")


async def read_all(reader: SnapshotReader, *, page_size: int = 1000) -> Snapshot:
    """All pages in one."""
    pages = [page async for page in reader.pages(page_size)]
    names = [field.name for field in fields(Snapshot) if field.name not in ("at", "ledger")]
    merged: dict[str, Any] = {name: [item for page in pages for item in getattr(page, name)] for name in names}
    merged["users"] = [*by_id(merged["users"]).values()]
    ledgers = [page.ledger for page in pages if page.ledger is not None]
    ledger = {kind: [item for part in ledgers for item in part[kind]] for kind in LEDGER_KINDS} if ledgers else None
    return Snapshot(at=pages[-1].at, ledger=ledger, **merged)
