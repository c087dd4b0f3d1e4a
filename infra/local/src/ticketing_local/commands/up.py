"""`ticketing up`: start everything, show progress, monitor it, and stop it in order."""

import contextlib
import os
import shlex
import signal
import subprocess
import sysconfig
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from ticketing_local.binaries import BinaryNotFound, find_binary
from ticketing_local.commands.seed import seed
from ticketing_local.credentials import Credentials
from ticketing_local.debian import find_program
from ticketing_local.errors import StackError
from ticketing_local.ports import Ports, check_gateway_port, claim_ports
from ticketing_local.processes.process import Layout, Process, Tier, port_names
from ticketing_local.processes.table import process_table
from ticketing_local.settings import StackSettings, read_state_dir
from ticketing_local.state import RunningStack, StateDir
from ticketing_local.supervision.monitor import Monitor
from ticketing_local.supervision.startup import Startup
from ticketing_local.supervision.stopping import StopEvent
from ticketing_local.supervision.supervisor import Supervisor, start_supervisor
from ticketing_ops.errors import OperationError

SERVERS = ("mongod", "nats-server", "redis-server", "caddy", "node")
STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
SHUTDOWN_SECONDS = 40
READY = "Ctrl-C stops it."  # the last line of the start; programs wait for it
STOPPING = {
    Tier.EDGE: "the gateway: no new requests",
    Tier.SERVICES: "the services, once their requests are done",
    Tier.INFRASTRUCTURE: "databases and brokers",
}


def up(
    settings: StackSettings, build: Callable[[Layout], list[Process]] = process_table, *, is_seeded: bool = False
) -> int:
    """Run the stack until Ctrl-C, SIGTERM or SIGHUP. Raises StackError unless it starts, runs and stops cleanly.

    `is_seeded`: sample tickets are listed once everything is healthy.
    """
    check_gateway_port(settings.port)
    binaries = {name: str(find_binary(name)) for name in SERVERS} | _prometheus(settings)
    state = StateDir(settings.state_dir)
    state.create()
    lock = state.lock()
    ports = claim_ports(port_names(settings))
    try:
        table = build(_layout(settings, state, ports, binaries))
        return _run(settings, state, table, lock, is_seeded=is_seeded)
    finally:
        ports.release()
        os.close(lock)


def _prometheus(settings: StackSettings) -> dict[str, str]:
    """Its path, if it is wanted and can be had; a stack works without it."""
    if not settings.observability:
        return {}
    print("Looking for Prometheus (the first time, its Debian package is downloaded)", flush=True)
    try:
        return {"prometheus": str(find_program("prometheus"))}
    except BinaryNotFound as error:
        print(f"  going on without metrics: {error}", flush=True)
        return {}


def _layout(settings: StackSettings, state: StateDir, ports: Ports, binaries: Mapping[str, str]) -> Layout:
    return Layout(
        settings=settings,
        ports=ports.numbers,
        binaries=binaries,
        jwt_secret=settings.jwt_secret or state.secret("jwt-secret"),
        webhook_secret=f"whsec_{state.secret('webhook-secret')}",
        credentials=Credentials(state.secret("backend-secret")),
    )


def _run(settings: StackSettings, state: StateDir, table: list[Process], lock: int, *, is_seeded: bool) -> int:
    _require(table)
    print(f"Starting {len(table)} processes; their logs are in {state.logs}", flush=True)
    with _stop_event() as stop:
        supervisor = Supervisor(state.socket())
        RunningStack(os.getpid(), _url(settings), str(state.socket()), {p.name: p.url for p in table}).save(state)
        supervisord = start_supervisor(table, state, lock)
        try:
            Startup(table, supervisor, supervisord, state).wait(stop)
            if is_seeded and not stop.is_set():
                _seed(state, _url(settings))
            if not stop.is_set():
                print(banner(settings, state, {process.name: process.url for process in table}), flush=True)
                Monitor(table, supervisor, supervisord, state).run(stop)
        finally:
            _stop(supervisor, supervisord)
    return 0


def _seed(state: StateDir, url: str) -> None:
    """A stack works without sample tickets."""
    try:
        seed(state, url)
    except OperationError as error:
        print(f"\nNo sample tickets: {error}", flush=True)


def _require(table: list[Process]) -> None:
    """Raises StackError when a file that a process needs is missing."""
    missing = [advice for process in table for path, advice in process.needs.items() if not path.exists()]
    if missing:
        raise StackError("; ".join(missing))


def banner(settings: StackSettings, state: StateDir, urls: Mapping[str, str | None]) -> str:
    """The text of a finished start; `urls` are the processes'. Its commands can be pasted in any folder and apply to
    this stack."""
    return f"""
Ticketing is up:  {_url(settings)}

  payments         {settings.stripe.describe()}
{_observability_lines(urls)}  processes        {_command(state, "ps")}
  logs             {_command(state, "logs -f")}
  delete all data  {_command(state, "reset")}   (once it is stopped)

{READY}"""


def _observability_lines(urls: Mapping[str, str | None]) -> str:
    telemetry, prometheus = urls.get("telemetry"), urls.get("prometheus")
    dashboards = f"{telemetry}/dashboards" if telemetry and prometheus else None
    lines = {"traces": telemetry, "dashboards": dashboards, "metrics": prometheus}
    return "".join(f"  {name:<15}  {url}\n" for name, url in lines.items() if url)


def _command(state: StateDir, arguments: str) -> str:
    ticketing = shlex.quote(str(Path(sysconfig.get_path("scripts"), "ticketing")))
    is_default = state.root == read_state_dir({})
    return f"{'' if is_default else f'STATE_DIR={shlex.quote(str(state.root))} '}{ticketing} {arguments}"


def _url(settings: StackSettings) -> str:
    return f"http://localhost:{settings.port}"


def _stop(supervisor: Supervisor, supervisord: "subprocess.Popen[bytes]") -> None:
    """Stop the tiers from the outside in, one after another, then the supervisor."""
    print("\nStopping", flush=True)
    with contextlib.suppress(OSError):
        for tier in reversed(Tier):
            started = time.monotonic()
            supervisor.stop_tier(tier)
            print(f"  {STOPPING[tier]:<46} {time.monotonic() - started:5.1f} s", flush=True)
        supervisor.shutdown()
    supervisord.terminate()
    try:
        supervisord.wait(SHUTDOWN_SECONDS)
    except subprocess.TimeoutExpired:
        supervisord.kill()
        raise StackError(f"The supervisor (pid {supervisord.pid}) did not stop in time and was killed") from None
    print("Everything has stopped.", flush=True)


@contextlib.contextmanager
def _stop_event() -> Iterator[threading.Event]:
    """Set by a stop signal; a second signal does not interrupt the stopping."""
    stop = StopEvent()
    previous = {number: signal.signal(number, lambda *_: stop.set()) for number in STOP_SIGNALS}
    try:
        yield stop
    finally:
        for number, handler in previous.items():
            signal.signal(number, handler)
