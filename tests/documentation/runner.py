"""Runs shell blocks as they are printed, in a folder that looks like a checkout, against a running stack."""

import os
import re
import signal
import subprocess
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from tests.documentation.blocks import ROOT, Block, shown_output

LIMIT_SECONDS = 300
# make ends by the signal, a shell with 128 and its number, `ticketing up` with 0.
INTERRUPTED = {0, -signal.SIGINT, 128 + signal.SIGINT}
# Of make itself when tests run under it, and of the developer.
NOT_INHERITED = re.compile(r"MAKE.*|MFLAGS|KUBECONFIG|STRIPE_.*|JWT_SECRET|PORT|REPLICAS|SEED|ADDRESSES")


@dataclass(frozen=True)
class Run:
    """A block that has run. `output` is what a terminal shows: both streams."""

    block: Block
    status: int
    output: str
    seconds: float


@dataclass
class LinkedCheckout:
    """A folder with links to everything in the repository: what commands write stays in it."""

    folder: Path
    environment: Mapping[str, str]
    runs: list[Run] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.folder.mkdir(parents=True)
        for entry in ROOT.iterdir():
            if entry.name != ".local":
                (self.folder / entry.name).symlink_to(entry)

    def run(self, block: Block, values: Mapping[str, str]) -> Run:
        """Run the block to its end, with these values instead of the examples in it."""
        started = time.monotonic()
        done = subprocess.run(
            ["bash", "-ec", substituted(block.text, values)],
            cwd=self.folder,
            env={**inherited(), **self.environment},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=LIMIT_SECONDS,
            check=False,
        )
        return self._note(block, done.returncode, done.stdout, started)

    def run_until(self, block: Block, own: Mapping[str, str]) -> Run:
        """Run it, with these variables, until it has printed the text of its mark, then press Ctrl-C."""
        started = time.monotonic()
        process = subprocess.Popen(
            ["bash", "-ec", block.text],
            cwd=self.folder,
            env={**inherited(), **self.environment, **own},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        printed = ""
        for line in process.stdout or ():
            printed += line
            if block.note in printed:
                os.killpg(process.pid, signal.SIGINT)
                break
        printed += process.communicate(timeout=LIMIT_SECONDS)[0]
        status = 0 if process.returncode in INTERRUPTED else process.returncode
        return self._note(block, status, printed, started)

    def _note(self, block: Block, status: int, output: str, started: float) -> Run:
        self.runs.append(Run(block, status, output, time.monotonic() - started))
        return self.runs[-1]


NewCheckout = Callable[[str], LinkedCheckout]
RunBlock = Callable[[Block], Run]


def inherited() -> dict[str, str]:
    """This process's environment, without what would change the commands."""
    return {name: value for name, value in os.environ.items() if not NOT_INHERITED.fullmatch(name)}


def substituted(text: str, values: Mapping[str, str]) -> str:
    """With the running stack's address and objects instead of the examples."""
    for example, value in values.items():
        text = re.sub(rf"(?<!\w){re.escape(example)}(?!\w)", lambda _: value, text)  # noqa: B023 -- used at once
    return text


def problems(run: Run) -> list[str]:
    """Why the page is wrong: the block fails, or prints something other than the page shows below it."""
    shown = shown_output(run.block, (ROOT / run.block.page).read_text())
    failure = [f"exit status {run.status}"] if run.status else []
    return failure + (differences(shown.text, run.output) if shown else [])


def differences(expected: str, printed: str) -> list[str]:
    """The lines of `expected` that were not printed in this order; `…` stands for anything."""
    lines = iter(printed.splitlines())
    return [
        pattern
        for pattern in expected.splitlines()
        if pattern.strip(" …") and not any(_like(pattern).search(line) for line in lines)
    ]


def _like(pattern: str) -> re.Pattern[str]:
    words = (re.escape(word) for word in re.split(r"\s+|(…)", pattern.strip()) if word)
    return re.compile(r"\s*".join(words).replace("…", ".*"))
