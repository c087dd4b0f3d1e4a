"""A backup's folder and files."""

import io
from pathlib import Path

import pytest
from bson import encode

from ticketing_common.mongo.backup import DamagedBackup, split_documents
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
