"""Run a program so that it ends with its parent: on Linux the kernel then sends it SIGTERM.

Run as a script with a JSON file that holds `argv` and `env`, so that no secret is on a command line, and optionally
`parent` (the expected parent's pid) and `keep` (a descriptor that the program holds open). Elsewhere than on Linux the
program is run without the guard.
"""

import ctypes
import json
import os
import signal
import sys
from pathlib import Path

PR_SET_PDEATHSIG = 1
KEPT_DESCRIPTOR = 3  # supervisord closes inherited descriptors from 5 on


def main() -> None:
    """Replace this process with the program."""
    program = json.loads(Path(sys.argv[1]).read_text())
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, int(signal.SIGTERM))
    if program.get("parent") not in (None, os.getppid()):
        sys.exit("the parent process is gone")
    if "keep" in program:
        os.dup2(program["keep"], KEPT_DESCRIPTOR)
    os.execve(program["argv"][0], program["argv"], program["env"])  # noqa: S606  the file is ours, mode 0600


if __name__ == "__main__":
    main()
