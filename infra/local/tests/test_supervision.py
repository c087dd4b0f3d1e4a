"""The supervisor's configuration, as supervisord itself reads it."""

import configparser
import os
import subprocess
from pathlib import Path

from ticketing_local.processes.process import Process, Tier
from ticketing_local.state import write_private
from ticketing_local.supervision.supervisor import guarded_command, supervisor_config

SLEEP = ("/bin/sleep", "60")


def config(*processes: Process) -> configparser.ConfigParser:
    parser = configparser.ConfigParser(interpolation=None)
    parser.read_string(supervisor_config(processes, Path("/run/50%/socket")))
    return parser


def test_what_dies_is_always_restarted() -> None:
    program = config(Process("orders", Tier.SERVICES, SLEEP, {}))["program:orders"]
    assert (program["autorestart"], program["startretries"]) == ("true", "1000000")


def test_tiers_start_from_the_inside_out() -> None:
    parser = config(Process("gateway", Tier.EDGE, SLEEP, {}), Process("mongo", Tier.INFRASTRUCTURE, SLEEP, {}))
    assert parser["group:infrastructure"]["programs"] == "mongo"
    assert int(parser["group:infrastructure"]["priority"]) < int(parser["group:edge"]["priority"])


def test_no_secret_and_no_bare_percent_sign_is_in_the_configuration() -> None:
    process = Process("auth", Tier.SERVICES, SLEEP, {"JWT_SECRET": "hidden"})
    text = supervisor_config([process], Path("/run/50%/socket"))
    assert "hidden" not in text
    assert "50%%/" in text


def test_a_program_on_a_leash_does_not_start_without_its_parent(tmp_path: Path) -> None:
    program = tmp_path / "program.json"
    write_private(program, f'{{"argv": ["/bin/echo", "started"], "env": {{}}, "parent": {os.getppid()}}}')
    answer = subprocess.run(guarded_command(program), capture_output=True, text=True, check=False)
    assert (answer.returncode, answer.stdout, answer.stderr) == (1, "", "the parent process is gone\n")


def test_a_program_on_a_leash_has_its_own_environment_alone(tmp_path: Path) -> None:
    program = tmp_path / "program.json"
    write_private(program, f'{{"argv": ["/usr/bin/env"], "env": {{"A": "1"}}, "parent": {os.getpid()}}}')
    assert subprocess.run(guarded_command(program), capture_output=True, text=True, check=True).stdout == "A=1\n"
