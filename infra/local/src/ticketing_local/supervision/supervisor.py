"""The supervisor (supervisord): its configuration, its start, and requests to it."""

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

from ticketing_local.processes.process import Process, Tier
from ticketing_local.state import StateDir, write_private
from ticketing_local.supervision import parent_death_guard

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

# A process that exits after startsecs is restarted at once; one that exits earlier after a second, then two …
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
    """The state of a process in supervisord's words; `pid` is None while it does not run.

    `started` is when it was last started, in seconds since the epoch.
    """

    pid: int | None
    state: str
    started: int = 0

    @property
    def is_running(self) -> bool:
        """Whether it has run for at least a second."""
        return self.state == "running"


class Supervisor:
    """The supervisord that listens on this socket. Methods raise OSError when it does not respond."""

    def __init__(self, socket: Path | str) -> None:
        self._socket = socket

    def states(self) -> dict[str, ProcessState]:
        """Every process, by name."""
        return {
            info["name"]: ProcessState(info["pid"] or None, info["statename"].lower(), info["start"])
            for info in self._call("getAllProcessInfo")
        }

    def stop_tier(self, tier: Tier) -> None:
        """Stop a tier's processes together; return when they have exited."""
        with contextlib.suppress(xmlrpc.client.Fault):  # a tier without processes
            self._call("stopProcessGroup", tier.value, True)

    def start_tier(self, tier: Tier) -> None:
        """Start a tier's processes without waiting for them."""
        self._call("startProcessGroup", tier.value, False)

    def stop_process(self, name: str) -> None:
        """Send one process SIGTERM without waiting for it, and do not restart it."""
        self._call("stopProcess", self._full_name(name), False)

    def start_process(self, name: str) -> None:
        """Start a process that was stopped."""
        self._call("startProcess", self._full_name(name), False)

    def restart_process(self, name: str) -> None:
        """Stop a process, wait until it has exited, and start it."""
        with contextlib.suppress(xmlrpc.client.Fault):  # it does not run: it is being restarted already
            self._call("stopProcess", self._full_name(name), True)
            self.start_process(name)

    def shutdown(self) -> None:
        """Stop all processes, then supervisord."""
        self._call("shutdown")

    def _full_name(self, name: str) -> str:
        """With its group. Raises KeyError when there is no such process."""
        return {info["name"]: f"{info['group']}:{name}" for info in self._call("getAllProcessInfo")}[name]

    def _call(self, method: str, *arguments: object) -> Any:
        """On a connection of its own: the library's transport is unusable after an error."""
        transport = SupervisorTransport(None, None, f"unix://{self._socket}")
        with xmlrpc.client.ServerProxy("http://127.0.0.1", transport=transport) as server:
            try:
                return getattr(server.supervisor, method)(*arguments)
            except (HTTPException, xmlrpc.client.ProtocolError) as error:  # it exited meanwhile
                raise ConnectionError(str(error)) from error


def start_supervisor(processes: Iterable[Process], state: StateDir, lock: int) -> "subprocess.Popen[bytes]":
    """Start all processes. The supervisor holds the lock while it runs, and ends when this process does."""
    table = list(processes)
    for process in table:
        _write_files(process, state)
    config = state.run / "supervisord.conf"
    write_private(config, supervisor_config(table, state.socket()))
    argv = [sys.executable, "-m", "supervisor.supervisord", "--configuration", str(config)]
    program = {"argv": argv, "env": dict(os.environ), "parent": os.getpid(), "keep": lock}
    write_private(state.run / "supervisord.json", json.dumps(program))
    with (state.run / "supervisord.err").open("wb") as errors:
        return subprocess.Popen(
            guarded_command(state.run / "supervisord.json"),
            cwd=state.run,
            stdin=subprocess.DEVNULL,
            stdout=errors,
            stderr=errors,
            pass_fds=(lock,),
            start_new_session=True,  # Ctrl-C is for `ticketing up`, which stops the tiers in order
        )


def supervisor_config(processes: Iterable[Process], socket: Path) -> str:
    """The text of supervisord.conf, without secrets.

    Paths are relative to STATE_DIR/run, where supervisord starts: it expands percent signs, in some paths twice.
    """
    table = list(processes)
    sections = [HEAD.format(socket=_escape(str(socket)))]
    for process in table:
        command = _escape(shlex.join(guarded_command(Path(f"{process.name}.json"))))
        sections.append(PROGRAM.format(name=process.name, command=command, stop_seconds=process.stop_seconds))
    for priority, tier in enumerate(Tier, start=1):
        names = ",".join(process.name for process in table if process.tier is tier)
        if names:
            sections.append(GROUP.format(tier=tier.value, names=names, priority=priority))
    return "".join(sections)


def guarded_command(program: Path) -> list[str]:
    """The command that runs the program described in this file, under the parent-death guard."""
    return [sys.executable, "-I", "-S", parent_death_guard.__file__, str(program)]


def _write_files(process: Process, state: StateDir) -> None:
    for folder in process.folders:
        folder.mkdir(mode=0o700, exist_ok=True)
    for path, text in process.files.items():
        write_private(path, text)
    program: Mapping[str, object] = {"argv": process.command, "env": dict(process.environment)}
    write_private(state.run / f"{process.name}.json", json.dumps(program))


def _escape(text: str) -> str:
    return text.replace("%", "%%")
