"""The stack as `ticketing up` runs it but for the page, each service run by `ticketing_test_support.crashing_process`.

Tests run it (`COMMAND`); people have no way to it from `ticketing`.
"""

import dataclasses
import re
import sys
from collections.abc import Sequence
from pathlib import Path

from ticketing_local.layout import PYTHON, Layout
from ticketing_local.process import Process, Tier
from ticketing_local.table import process_table

# Long enough to pay through a restart.
WINDOW_SECONDS = 20
COMMAND = (sys.executable, "-m", "ticketing_test_support.crashing")
FORGETFUL = (*COMMAND, "ticketing_test_support.crashing.forgetful")


def folder_of(state_dir: Path, process: str) -> Path:
    """Where points are armed for a process; its replicas share it."""
    return state_dir / f"crash-{re.sub('-[0-9]+$', '', process)}"


def crashable_table(layout: Layout, preloads: Sequence[str] = ()) -> list[Process]:
    """The process table without the page, its services as guests; each imports `preloads` before it begins."""
    processes = (process for process in process_table(layout) if process.name != "client")
    return [_guest(process, layout.settings.state_dir, preloads) for process in processes]


def _guest(process: Process, state_dir: Path, preloads: Sequence[str]) -> Process:
    if process.tier is not Tier.SERVICES or process.command[0] != PYTHON:
        return process
    folder = folder_of(state_dir, process.name)
    app = f"ticketing_{process.name.partition('-')[0]}.app"
    host = (PYTHON, "-m", "ticketing_test_support.crashing_process", str(folder), "--preload", app, *preloads)
    return dataclasses.replace(process, command=(*host, *process.command[1:]), folders=(*process.folders, folder))
