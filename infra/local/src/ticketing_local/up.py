"""`ticketing up`: start everything, show it coming up, watch it, and stop it in order."""

import contextlib
import os
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Iterator, Mapping

from ticketing_local.binaries import find_binary
from ticketing_local.errors import StackError
from ticketing_local.layout import Layout, port_names
from ticketing_local.ports import Ports, check_gateway_port, claim_ports
from ticketing_local.process import Process, Tier
from ticketing_local.settings import StackSettings
from ticketing_local.startup import Startup
from ticketing_local.state import RunningStack, StateDir
from ticketing_local.supervision import Supervisor, start_supervisor
from ticketing_local.table import process_table
from ticketing_local.watch import Watch

SERVERS = ("mongod", "nats-server", "redis-server", "caddy", "node")
STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
SHUTDOWN_SECONDS = 40
READY = "Ctrl-C stops it."  # the last line of the start: programs wait for it
STOPPING = {
    Tier.EDGE: "the gateway: no new requests",
    Tier.SERVICES: "the services: what is in flight is finished",
    Tier.INFRASTRUCTURE: "the servers that keep the state",
}


def up(settings: StackSettings, build: Callable[[Layout], list[Process]] = process_table) -> int:
    """Run the stack until Ctrl-C, SIGTERM or SIGHUP; exit status 0 when it was healthy and stopped cleanly."""
    check_gateway_port(settings.port)
    binaries = {name: str(find_binary(name)) for name in SERVERS}
    state = StateDir(settings.state_dir)
    state.create()
    lock = state.lock()
    ports = claim_ports(port_names(settings))
    try:
        return _run(settings, state, build(_layout(settings, state, ports, binaries)), lock)
    finally:
        ports.release()
        os.close(lock)


def _layout(settings: StackSettings, state: StateDir, ports: Ports, binaries: Mapping[str, str]) -> Layout:
    return Layout(
        settings=settings,
        ports=ports.numbers,
        binaries=binaries,
        jwt_secret=settings.jwt_secret or state.secret("jwt-secret"),
        webhook_secret=f"whsec_{state.secret('webhook-secret')}",
    )


def _run(settings: StackSettings, state: StateDir, table: list[Process], lock: int) -> int:
    _require(table)
    url = f"http://localhost:{settings.port}"
    print(f"Starting {len(table)} processes; their logs are in {state.logs}", flush=True)
    with _stop_event() as stop:
        supervisor = Supervisor(state.socket())
        RunningStack(os.getpid(), url, str(state.socket()), {p.name: p.url for p in table}).save(state)
        supervisord = start_supervisor(table, state, lock)
        try:
            Startup(table, supervisor, supervisord, state).wait(stop)
            if not stop.is_set():
                _announce(settings, url, state)
                Watch(supervisor, supervisord, state).until(stop)
        finally:
            _stop(supervisor, supervisord)
            state.stack_file.unlink(missing_ok=True)
    return 0


def _require(table: list[Process]) -> None:
    """Raises StackError when something that a process needs has not been built."""
    missing = [advice for process in table for path, advice in process.needs.items() if not path.exists()]
    if missing:
        raise StackError("; ".join(missing))


def _announce(settings: StackSettings, url: str, state: StateDir) -> None:
    print(f"\nTicketing is up:  {url}\n")
    print(f"  state     {state.root}   (forget it all: ticketing reset)")
    print(f"  logs      {state.logs}   (ticketing logs [NAME] [-f])")
    print(f"  payments  {settings.stripe.in_words()}")
    print(f"\n{READY}", flush=True)


def _stop(supervisor: Supervisor, supervisord: "subprocess.Popen[bytes]") -> None:
    """End the tiers from the outside in, each when the one before it is gone, then the supervisor."""
    print("\nStopping", flush=True)
    with contextlib.suppress(OSError):
        for tier in reversed(Tier):
            started = time.monotonic()
            supervisor.stop(tier)
            print(f"  {STOPPING[tier]:<46} {time.monotonic() - started:5.1f} s", flush=True)
        supervisor.shutdown()
    supervisord.terminate()
    try:
        supervisord.wait(SHUTDOWN_SECONDS)
    except subprocess.TimeoutExpired:
        supervisord.kill()
        raise StackError(f"The supervisor (pid {supervisord.pid}) did not stop in time and was killed") from None
    print("Everything is stopped.", flush=True)


@contextlib.contextmanager
def _stop_event() -> Iterator[threading.Event]:
    """Set by the signals that ask to stop; a second one does not cut the stopping short."""
    stop = threading.Event()
    former = {number: signal.signal(number, lambda *_: stop.set()) for number in STOP_SIGNALS}
    try:
        yield stop
    finally:
        for number, handler in former.items():
            signal.signal(number, handler)
