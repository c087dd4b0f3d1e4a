"""`ticketing audit` on a stack under test."""

import os
import subprocess
import sys

from ticketing_bench.load import LoadError
from ticketing_bench.progress import timed
from ticketing_bench.stack import Stack

SETTLE_SECONDS = 30


def audit(stack: Stack) -> None:
    """Raises LoadError, and shows the findings, unless every guarantee holds."""
    command = [sys.executable, "-m", "ticketing_local", "audit", "--settle", str(SETTLE_SECONDS)]
    environment = {**os.environ, "STATE_DIR": str(stack.state.root)}
    with timed("audit"):
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        raise LoadError(f"the audit found something:\n{done.stdout}{done.stderr}")
