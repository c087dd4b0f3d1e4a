"""A backup's folder: SERVICE/COLLECTION.bson as `mongodump` would write them, STREAM.jsonl, and at last backup.json."""

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

from ticketing_ops.errors import OperationError

_SUMMARY = "backup.json"
_PRIVATE = 0o700


@dataclass(frozen=True)
class Summary:
    """What a complete backup holds: the number of documents by `service.collection`, and of messages by stream."""

    at: str
    locked_seconds: float
    documents: dict[str, int]
    messages: dict[str, int]


@dataclass(frozen=True)
class BackupFolder:
    """The files. They contain password hashes and addresses: only their owner may read them."""

    root: Path

    def create(self) -> None:
        """Raises OperationError when there is something already."""
        try:
            self.root.mkdir(mode=_PRIVATE, parents=True)
        except FileExistsError:
            raise OperationError(f"{self.root} exists already: nothing is overwritten, choose another folder") from None
        except OSError as error:
            raise OperationError(f"{self.root} cannot be created: {error.strerror}") from None

    def collection(self, service: str, name: str) -> Path:
        """The file of a collection; its folder is made."""
        (self.root / service).mkdir(mode=_PRIVATE, exist_ok=True)
        return self.root / service / f"{name}.bson"

    def collections(self) -> Iterator[tuple[str, str, Path]]:
        """Service, collection and file of each."""
        for path in sorted(self.root.glob("*/*.bson")):
            yield path.parent.name, path.stem, path

    def stream(self, name: str) -> Path:
        """The file of a stream."""
        return self.root / f"{name}.jsonl"

    def finish(self, summary: Summary) -> None:
        """Mark it as complete."""
        (self.root / _SUMMARY).write_text(json.dumps(asdict(summary), indent=2) + "\n")

    def summary(self) -> Summary:
        """Raises OperationError when the backup is not complete."""
        try:
            return Summary(**json.loads((self.root / _SUMMARY).read_text()))
        except (OSError, ValueError, TypeError):
            message = f"{self.root} is not a complete backup: it has no readable {_SUMMARY}, which is written last"
            raise OperationError(message) from None
