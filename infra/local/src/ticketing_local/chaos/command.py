"""`ticketing chaos`: inject faults, under load if wished, and see whether everything converges."""

import asyncio
import contextlib
import json
import random
import sys
import time
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass

from ticketing_common.errors import Unavailable
from ticketing_local.chaos.catalogue import FAULTS
from ticketing_local.chaos.fault import Fault
from ticketing_local.chaos.guard import INJECTED, find_target
from ticketing_local.errors import SettingsError, StackError
from ticketing_local.state import StateDir
from ticketing_ops.audit.command import audit
from ticketing_ops.audit.reader import open_reader
from ticketing_ops.load.generator import Generator
from ticketing_ops.load.record import Record
from ticketing_ops.load.table import final_table

BACK_WITHIN_SECONDS = 120.0
POLL_SECONDS = 0.5
LOAD_USERS, LOAD_RATE = 5, 20.0
# Before the first fault and after the last one, so that something is under way.
LOAD_SECONDS = 3.0


@dataclass(frozen=True)
class Drill:
    """One fault of one process, for so long."""

    fault: Fault
    process: str
    seconds: float

    def __str__(self) -> str:
        lasting = f" for {self.seconds:g} s" if self.seconds else ""
        return f"{self.fault.name}{f' {self.process}' if self.process else ''}{lasting}: {self.fault.effect}"


def list_faults() -> int:
    """Print the catalogue."""
    for fault in FAULTS.values():
        lasting = f"{fault.seconds:g} s" if fault.seconds else "once"
        print(f"{fault!s:<20}{lasting:>6}  {fault.effect}")
    return 0


def choose(state: StateDir, name: str, process: str, seconds: float | None) -> Drill:
    """Raises SettingsError when the stack does not have this fault or process."""
    fault = FAULTS.get(name)
    if fault is None:
        raise SettingsError(f"There is no fault '{name}': see `ticketing chaos list`")
    known = [*find_target(state, "").supervisor.states()]
    if fault.needs_process and process not in known:
        raise SettingsError(f"{name} needs a process, one of: {', '.join(known)}")
    if process and not fault.needs_process:
        raise SettingsError(f"{name} takes no process")
    return Drill(fault, process, fault.seconds if seconds is None or not fault.seconds else seconds)


def choose_randomly(state: StateDir, *, seed: int, count: int) -> list[Drill]:
    """The same drills for the same seed and stack."""
    choice = random.Random(seed)  # noqa: S311  no secret
    target = find_target(state, "")
    known = sorted(target.supervisor.states())
    faults = [fault for fault in FAULTS.values() if "stripe" in target.urls or not fault.needs_emulator]
    drills = []
    for fault in choice.choices(faults, k=count):
        process = choice.choice(known) if fault.needs_process else ""
        drills.append(Drill(fault, process, round(fault.seconds * choice.uniform(0.3, 1), 1)))
    return drills


def run(state: StateDir, drills: Sequence[Drill], *, with_load: bool, settle: float) -> int:
    """Inject one after another, wait until all can be read again, and audit; the audit's exit status."""
    urls = find_target(state, "").urls
    asyncio.run(_run(state, drills, urls["gateway"] if with_load else None))
    asyncio.run(_wait_until_readable(urls))
    return audit(urls, settle=settle, as_json=False)


async def _run(state: StateDir, drills: Sequence[Drill], url: str | None) -> None:
    async with _load(url):
        for drill in drills:
            print(drill, flush=True)
            await _inject(state, drill)


@contextlib.asynccontextmanager
async def _load(url: str | None) -> AsyncIterator[None]:
    """While inside, users sell and buy; what they met is printed at the end."""
    if url is None:
        yield
        return
    record, began = Record(), time.monotonic()
    async with Generator(url, record, users=LOAD_USERS, rate=LOAD_RATE).running():
        await asyncio.sleep(LOAD_SECONDS)
        yield
        await asyncio.sleep(LOAD_SECONDS)
    print(final_table(record, time.monotonic() - began), flush=True)


async def _inject(state: StateDir, drill: Drill) -> None:
    """By a process that undoes it as soon as this one ends. Raises StackError when it could not inject it."""
    guard = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "ticketing_local.chaos.guard"),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        start_new_session=True,  # Ctrl-C is for this process
    )
    assert guard.stdin is not None  # noqa: S101  they are pipes
    assert guard.stdout is not None  # noqa: S101
    order = {"state": str(state.root), "fault": drill.fault.name, "process": drill.process, "seconds": drill.seconds}
    guard.stdin.write(f"{json.dumps(order)}\n".encode())
    try:
        injected = await guard.stdout.readline()
        await asyncio.shield(guard.wait())
    finally:
        guard.stdin.close()
        await guard.wait()
    if not injected.startswith(INJECTED.encode()) or guard.returncode:
        raise StackError(f"{drill.fault.name} could not be injected, or not be undone: see above")


async def _wait_until_readable(urls: Mapping[str, str]) -> None:
    """What was away takes a while. Raises StackError when something stays away."""
    deadline = time.monotonic() + BACK_WITHIN_SECONDS
    while True:
        try:
            async with open_reader(urls) as reader:
                await reader.count_accounts()
                return
        except Unavailable as error:
            if time.monotonic() > deadline:
                raise StackError(f"Not everything is back after {BACK_WITHIN_SECONDS:.0f} s: {error.message}") from None
        await asyncio.sleep(POLL_SECONDS)
