"""Become the program that a JSON file describes, on a leash: when the parent dies, the kernel ends this process too.

Run as a script. The file holds `argv` and `env`, so that no secret stands on a command line, and for supervisord
`parent` (its pid) and `keep` (a descriptor it holds open as long as it lives). Without prctl (not Linux) there is no
leash, and all else is the same.
"""

import ctypes
import json
import os
import signal
import sys
from pathlib import Path

PR_SET_PDEATHSIG = 1
KEPT_DESCRIPTOR = 3  # supervisord closes what it inherits from 5 on


def main() -> None:
    """Replace this process by the program."""
    program = json.loads(Path(sys.argv[1]).read_text())
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, int(signal.SIGTERM))
    if program.get("parent") not in (None, os.getppid()):
        sys.exit("the parent has died meanwhile")
    if "keep" in program:
        os.dup2(program["keep"], KEPT_DESCRIPTOR)
    os.execve(program["argv"][0], program["argv"], program["env"])  # noqa: S606  the file is ours, mode 0600


if __name__ == "__main__":
    main()
