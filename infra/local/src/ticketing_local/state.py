"""STATE_DIR: what survives a restart, who may use it now, and what is known of the stack that runs on it."""

import fcntl
import hashlib
import json
import os
import secrets
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from ticketing_local.errors import StackError, StateInUse

# A Unix socket's address has 108 bytes on Linux, 104 on macOS, and supervisord appends its pid for a moment.
MAX_SOCKET_PATH = 90
PRIVATE_FOLDER = 0o700
PRIVATE_FILE = 0o600


@dataclass(frozen=True)
class StateDir:
    """Paths inside STATE_DIR."""

    root: Path

    @property
    def logs(self) -> Path:
        """One file a process: NAME.log."""
        return self.root / "logs"

    @property
    def run(self) -> Path:
        """Made anew at each start: configuration with its secrets, addresses."""
        return self.root / "run"

    @property
    def stack_file(self) -> Path:
        """What `up` tells the other verbs."""
        return self.run / "stack.json"

    @property
    def lock_file(self) -> Path:
        """Locked while a stack runs here; also the mark by which `reset` knows the folder as ours."""
        return self.root / "ticketing.lock"

    def create(self) -> None:
        """Make the folders, readable by their owner only."""
        for folder in (self.root, self.logs, self.run):
            _make_private(folder)

    def lock(self) -> int:
        """Take the folder for one stack; gives the descriptor that holds the lock. Raises StateInUse."""
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
        """A secret of this state, made when first asked for."""
        path = self.root / name
        if not path.exists():
            write_private(path, secrets.token_urlsafe(48))
        return path.read_text()

    def socket(self) -> Path:
        """The supervisor's socket: in here, or, when that path is too long for one, in a private temporary folder."""
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
        raise StackError(f"{folder} cannot be made ({error.strerror}): choose another STATE_DIR") from None
    if folder.stat().st_uid != os.getuid():
        raise StackError(f"{folder} belongs to another user: choose another STATE_DIR")


def write_private(path: Path, text: str) -> None:
    """Write a file that its owner alone can read; whole or not at all."""
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    draft.unlink(missing_ok=True)
    with os.fdopen(os.open(draft, os.O_CREAT | os.O_EXCL | os.O_WRONLY, PRIVATE_FILE), "w") as file:
        file.write(text)
    draft.replace(path)


@dataclass(frozen=True)
class RunningStack:
    """What `up` leaves for the other verbs."""

    pid: int
    url: str
    socket: str
    urls: Mapping[str, str | None]

    def save(self, state: StateDir) -> None:
        """Write it to STATE_DIR."""
        write_private(state.stack_file, json.dumps(vars(self), default=dict))

    @classmethod
    def load(cls, state: StateDir) -> "RunningStack | None":
        """What the last stack left, whether or not it still runs."""
        try:
            return cls(**json.loads(state.stack_file.read_text()))
        except FileNotFoundError:
            return None
