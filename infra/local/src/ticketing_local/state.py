"""STATE_DIR: what survives a restart, the lock of the stack that uses it, and what `up` leaves for other commands."""

import fcntl
import hashlib
import json
import os
import secrets
import tempfile
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from ticketing_local.errors import StackError, StateInUse

# A Unix socket's path may have 108 bytes on Linux, 104 on macOS, and supervisord temporarily appends its pid.
MAX_SOCKET_PATH = 90
PRIVATE_FOLDER = 0o700
PRIVATE_FILE = 0o600


@dataclass(frozen=True)
class StateDir:
    """Paths inside STATE_DIR."""

    root: Path

    @property
    def logs(self) -> Path:
        """One file for each process: NAME.log."""
        return self.root / "logs"

    @property
    def run(self) -> Path:
        """Written at each start: configuration, with its secrets, and addresses."""
        return self.root / "run"

    @property
    def stack_file(self) -> Path:
        """What `up` leaves for other commands."""
        return self.run / "stack.json"

    @property
    def seed_file(self) -> Path:
        """The accounts of the sellers of sample tickets."""
        return self.root / "seed.json"

    @property
    def lock_file(self) -> Path:
        """Locked while a stack runs here; `reset` deletes only folders that have this file."""
        return self.root / "ticketing.lock"

    def log(self, name: str) -> Path:
        """A process's log; it may not exist yet."""
        return self.logs / f"{name}.log"

    def log_tail(self, name: str, count: int) -> list[str]:
        """The last lines of a process's log."""
        try:
            with self.log(name).open(errors="replace") as file:
                return [line.rstrip("\n") for line in deque(file, maxlen=count)]
        except FileNotFoundError:
            return []

    def create(self) -> None:
        """Create the folders, readable by their owner only."""
        for folder in (self.root, self.logs, self.run):
            _make_private(folder)

    def lock(self) -> int:
        """Lock the folder for one stack; the descriptor that holds the lock. Raises StateInUse."""
        descriptor = os.open(self.lock_file, os.O_CREAT | os.O_RDWR, PRIVATE_FILE)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(descriptor)
            raise StateInUse(
                f"A stack already runs (or is still stopping) on {self.root}: stop it, or choose another STATE_DIR"
            ) from None
        return descriptor

    def secret(self, name: str) -> str:
        """A secret of this state, created at its first use."""
        path = self.root / name
        if not path.exists():
            write_private(path, secrets.token_urlsafe(48))
        return path.read_text()

    def socket(self) -> Path:
        """The supervisor's socket: in `run`, or in a private temporary folder when that path is too long."""
        path = self.run / "supervisor.sock"
        if len(os.fsencode(path)) <= MAX_SOCKET_PATH:
            return path
        digest = hashlib.sha256(os.fsencode(self.root)).hexdigest()[:12]
        folder = Path(tempfile.gettempdir()) / f"ticketing-{os.getuid()}-{digest}"
        _make_private(folder)
        return folder / "supervisor.sock"


def _make_private(folder: Path) -> None:
    try:
        folder.mkdir(mode=PRIVATE_FOLDER, parents=True, exist_ok=True)
    except OSError as error:
        raise StackError(f"{folder} cannot be created ({error.strerror}): choose another STATE_DIR") from None
    if folder.stat().st_uid != os.getuid():
        raise StackError(f"{folder} belongs to another user: choose another STATE_DIR")


def write_private(path: Path, text: str) -> None:
    """Write a file that only its owner can read, atomically."""
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    draft.unlink(missing_ok=True)
    with os.fdopen(os.open(draft, os.O_CREAT | os.O_EXCL | os.O_WRONLY, PRIVATE_FILE), "w") as file:
        file.write(text)
    draft.replace(path)


@dataclass(frozen=True)
class RunningStack:
    """The stack that runs on a STATE_DIR, or ran there last: its supervisor's socket, its processes' addresses."""

    pid: int
    url: str
    socket: str
    urls: Mapping[str, str | None]

    def save(self, state: StateDir) -> None:
        """Write it to STATE_DIR."""
        write_private(state.stack_file, json.dumps(vars(self), default=dict))

    @classmethod
    def load(cls, state: StateDir) -> "RunningStack | None":
        """The latest stack, whether or not it still runs; None before the first one."""
        try:
            return cls(**json.loads(state.stack_file.read_text()))
        except FileNotFoundError:
            return None
