"""exclusively.py LOCK COMMAND…: run the command while no other process runs one with this lock.

For the set-up: two makes that install into the same folders would break each other's work.
"""

import fcntl
import subprocess
import sys
from pathlib import Path


def main(lock: str, *command: str) -> int:
    """The command's exit status."""
    Path(lock).parent.mkdir(exist_ok=True)
    with Path(lock).open("a") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            print("set-up      waiting for another make", flush=True)
            fcntl.flock(file, fcntl.LOCK_EX)
        return subprocess.call(command)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
