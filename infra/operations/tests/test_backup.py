"""A backup's folder and files."""

import io
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest
from bson import encode

from ticketing_common.mongo import Database
from ticketing_common.mongo.backup import DamagedBackup, split_documents, unlock_writes
from ticketing_ops.backup.folder import BackupFolder, Summary
from ticketing_ops.errors import OperationError

DOCUMENTS = [encode({"_id": number, "title": "Opera" * number}) for number in range(3)]
SUMMARY = Summary("2030-05-01T12:00:00+00:00", 0.5, {"orders.orders": 3}, {"TICKETING": 9})


def test_file_is_split_into_its_documents() -> None:
    assert list(split_documents(io.BytesIO(b"".join(DOCUMENTS)))) == DOCUMENTS


@pytest.mark.parametrize("lost", [1, len(DOCUMENTS[2]) - 2])
def test_truncated_file_is_reported(lost: int) -> None:
    with pytest.raises(DamagedBackup):
        list(split_documents(io.BytesIO(b"".join(DOCUMENTS)[:-lost])))


def test_existing_folder_is_not_overwritten(tmp_path: Path) -> None:
    with pytest.raises(OperationError, match="nothing is overwritten"):
        BackupFolder(tmp_path).create()


def test_only_its_owner_can_read_a_backup(tmp_path: Path) -> None:
    folder = BackupFolder(tmp_path / "new" / "backup")
    folder.create()
    assert folder.root.stat().st_mode & 0o777 == 0o700


def test_backup_without_summary_is_incomplete(tmp_path: Path) -> None:
    folder = BackupFolder(tmp_path)
    with pytest.raises(OperationError, match="not a complete backup"):
        folder.summary()
    folder.finish(SUMMARY)
    assert folder.summary() == SUMMARY


async def test_database_that_cannot_be_unlocked_keeps_no_other_locked() -> None:
    unlocked = list[str]()

    def database(name: str, error: Exception | None = None) -> Database:
        async def command(_command: dict[str, Any]) -> None:
            if error:
                raise error
            unlocked.append(name)

        return cast(
            Database,
            SimpleNamespace(everything=SimpleNamespace(client=SimpleNamespace(admin=SimpleNamespace(command=command)))),
        )

    with pytest.raises(ValueError, match="not locked"):
        await unlock_writes([database("auth"), database("tickets", ValueError("not locked")), database("orders")])
    assert unlocked == ["auth", "orders"]
