"""The supervisor (supervisord): its configuration, its start, and questions to it."""

import contextlib
import json
import os
import shlex
import subprocess
import sys
import xmlrpc.client
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from http.client import HTTPException
from pathlib import Path
from typing import Any

from supervisor.xmlrpc import SupervisorTransport

from ticketing_local import leash
from ticketing_local.process import Process, Tier
from ticketing_local.state import StateDir, write_private

HEAD = """\
[supervisord]
nodaemon=true
silent=true
identifier=ticketing
logfile=../logs/supervisord.log
logfile_maxbytes=5MB
logfile_backups=1
pidfile=supervisord.pid

[unix_http_server]
file={socket}
chmod=0700

[rpcinterface:supervisor]
supervisor.rpcinterface_factory = supervisor.rpcinterface:make_main_rpcinterface
"""

# A process that has run for startsecs and dies is restarted at once; one that dies earlier waits a second, then two …
PROGRAM = """
[program:{name}]
command={command}
autostart=true
autorestart=true
startsecs=1
startretries=1000000
stopsignal=TERM
stopwaitsecs={stop_seconds}
killasgroup=true
redirect_stderr=true
stdout_logfile=../logs/{name}.log
stdout_logfile_maxbytes=10MB
stdout_logfile_backups=2
"""

GROUP = """
[group:{tier}]
programs={names}
priority={priority}
"""


@dataclass(frozen=True)
class ProcessState:
    """What the supervisor knows of a process now; `pid` is None while it is not running."""

    name: str
    pid: int | None
    state: str
    exit_status: int

    @property
    def is_running(self) -> bool:
        """It has lived for a second."""
        return self.state == "running"


class Supervisor:
    """A supervisord that answers on this socket. Methods raise OSError when it does not."""

    def __init__(self, socket: Path | str) -> None:
        self._socket = socket

    def states(self) -> dict[str, ProcessState]:
        """Every process, by name."""
        return {
            info["name"]: ProcessState(info["name"], info["pid"] or None, info["statename"].lower(), info["exitstatus"])
            for info in self._ask("getAllProcessInfo")
        }

    def stop(self, tier: Tier) -> None:
        """End a tier's processes, all at the same time, and return when they are gone."""
        with contextlib.suppress(xmlrpc.client.Fault):  # a tier without processes
            self._ask("stopProcessGroup", tier.value, True)

    def stop_process(self, name: str) -> None:
        """Begin to end one process (SIGTERM), and do not restart it before `start_process`; it may still be there."""
        self._ask("stopProcess", self._full_name(name), False)

    def start_process(self, name: str) -> None:
        """Start a process that was stopped."""
        self._ask("startProcess", self._full_name(name), False)

    def shutdown(self) -> None:
        """Ask it to stop what is left, and itself."""
        self._ask("shutdown")

    def _full_name(self, name: str) -> str:
        """With its group. Raises KeyError when there is no such process."""
        return {info["name"]: f"{info['group']}:{name}" for info in self._ask("getAllProcessInfo")}[name]

    def _ask(self, method: str, *arguments: object) -> Any:
        """One connection a question: the library's transport is of no use any more after an error."""
        transport = SupervisorTransport(None, None, f"unix://{self._socket}")
        with xmlrpc.client.ServerProxy("http://127.0.0.1", transport=transport) as server:
            try:
                return getattr(server.supervisor, method)(*arguments)
            except (HTTPException, xmlrpc.client.ProtocolError) as error:  # it went away in between
                raise ConnectionError(str(error)) from error


def start_supervisor(processes: Iterable[Process], state: StateDir, lock: int) -> "subprocess.Popen[bytes]":
    """Start everything. The supervisor holds the lock as long as it lives, and ends when this process does."""
    table = list(processes)
    for process in table:
        _write_files(process, state)
    config = state.run / "supervisord.conf"
    write_private(config, supervisor_config(table, state.socket()))
    argv = [sys.executable, "-m", "supervisor.supervisord", "--configuration", str(config)]
    program = {"argv": argv, "env": dict(os.environ), "parent": os.getpid(), "keep": lock}
    write_private(state.run / "supervisord.json", json.dumps(program))
    with (state.run / "supervisord.err").open("wb") as complaints:
        return subprocess.Popen(
            leashed(state.run / "supervisord.json"),
            cwd=state.run,
            stdin=subprocess.DEVNULL,
            stdout=complaints,
            stderr=complaints,
            pass_fds=(lock,),
            start_new_session=True,  # Ctrl-C is for `ticketing up`, which stops things in order
        )


def supervisor_config(processes: Iterable[Process], socket: Path) -> str:
    """The text of supervisord.conf; it holds no secret.

    Paths are relative to STATE_DIR/run, where supervisord starts: in absolute ones it would expand percent signs, in
    some of them twice.
    """
    table = list(processes)
    sections = [HEAD.format(socket=_escape(str(socket)))]
    for process in table:
        command = _escape(shlex.join(leashed(Path(f"{process.name}.json"))))
        sections.append(PROGRAM.format(name=process.name, command=command, stop_seconds=process.stop_seconds))
    for priority, tier in enumerate(Tier, start=1):
        names = ",".join(process.name for process in table if process.tier is tier)
        if names:
            sections.append(GROUP.format(tier=tier.value, names=names, priority=priority))
    return "".join(sections)


def leashed(program: Path) -> list[str]:
    """The command that becomes the program described in this file."""
    return [sys.executable, "-I", "-S", leash.__file__, str(program)]


def _write_files(process: Process, state: StateDir) -> None:
    for folder in process.folders:
        folder.mkdir(mode=0o700, exist_ok=True)
    for path, text in process.files.items():
        write_private(path, text)
    program: Mapping[str, object] = {"argv": process.command, "env": dict(process.environment)}
    write_private(state.run / f"{process.name}.json", json.dumps(program))


def _escape(text: str) -> str:
    return text.replace("%", "%%")
