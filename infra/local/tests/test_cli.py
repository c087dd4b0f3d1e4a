"""The command line: help, invalid arguments, and commands without a running stack."""

import subprocess
import sys
from pathlib import Path

import pytest

from ticketing_local.cli import main
from ticketing_test_support.stack import ticketing

COMMANDS = ("up", "ps", "logs", "audit", "dead", "reset", "demo", "seed")
# Importing these takes longer than printing the help.
SLOW_IMPORTS = {"fastapi", "httpx", "motor", "nats", "pydantic", "pymongo", "redis", "stripe", "supervisor"}


def status(*arguments: str) -> object:
    """The exit status of a command that runs in this process."""
    with pytest.raises(SystemExit) as end:
        main(arguments)
    return end.value.code


@pytest.fixture
def state_dir(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A STATE_DIR that does not exist yet."""
    monkeypatch.setenv("STATE_DIR", str(tmp_path / "state"))
    return tmp_path / "state"


def test_help_names_commands_and_settings(capsys: pytest.CaptureFixture[str]) -> None:
    assert status("--help") == 0
    text = capsys.readouterr().out
    names = (*(f"\n    {command} " for command in COMMANDS), "  PORT ", "  STATE_DIR ", "  REPLICAS ", "  STRIPE_KEY ")
    assert [name for name in names if name not in text] == []


@pytest.mark.parametrize("command", COMMANDS)
def test_each_command_has_help(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert status(command, "--help") == 0
    assert capsys.readouterr().out.startswith(f"usage: ticketing {command}")


def test_help_imports_no_slow_modules() -> None:
    script = (
        "import sys\nfrom ticketing_local.cli import main\n"
        "try: main(['--help'])\nexcept SystemExit: print(*sys.modules)"
    )
    run = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert SLOW_IMPORTS & set(run.stdout.splitlines()[-1].split()) == set()


@pytest.mark.parametrize(("name", "value"), [("PORT", "x"), ("REPLICAS", "mongo=2"), ("STRIPE_KEY", "pk_test_1")])
def test_invalid_setting_is_one_line_with_status_2(
    state_dir: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], name: str, value: str
) -> None:
    monkeypatch.setenv(name, value)
    assert status("up") == 2
    output = capsys.readouterr()
    assert (output.out, output.err.count("\n"), output.err.startswith(f"error: {name}")) == ("", 1, True)
    assert not state_dir.exists()


@pytest.mark.parametrize(
    "arguments",
    [
        *("audit --settle -1", "audit --settle nan", "dead", "dead show x", "dead replay", "dead drop 1 --all"),
        *("status 1", "trace", "dead list --limit 0", "dead drop --all --older-than 5", "dead list --newer-than x1h"),
        *(
            "demo --url localhost:8080",
            "demo --url ftp://x",
            "demo --url http://",
            "demo --url http://[",
            "demo --url=",
            "demo --url http://localhost/?x",
            "seed --url localhost",
            "load --url http://[",
            "load --url http://localhost/shop",
            "load --seconds 3601",
        ),
    ],
)
def test_invalid_argument_is_status_2(arguments: str) -> None:
    assert status(*arguments.split()) == 2


@pytest.mark.parametrize(
    "arguments",
    [
        "ps",
        "seed",
        "status",
        f"trace {'a' * 24}",
        "audit",
        "dead list",
        "dead show 1",
        "dead replay 1",
        "dead replay --all",
        "dead drop --all --yes",
    ],
)
def test_command_without_stack_says_how_to_start_one(
    state_dir: Path, capsys: pytest.CaptureFixture[str], arguments: str
) -> None:
    assert status(*arguments.split()) == 1
    assert capsys.readouterr().err == f"error: No stack is running on {state_dir}: start one with `make run`\n"


def test_ps_json_without_stack_is_empty_list(state_dir: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert status("ps", "--json") == 1
    assert capsys.readouterr().out == "[]\n"


def test_logs_without_stack_say_how_to_start_one(state_dir: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert status("logs") == 1
    assert capsys.readouterr().err == f"error: There are no logs in {state_dir}: start a stack with `make run`\n"


def test_reset_without_terminal_needs_confirmation(state_dir: Path) -> None:
    state_dir.mkdir()
    (state_dir / "ticketing.lock").touch()
    run = ticketing("reset")
    assert (run.returncode, (state_dir / "ticketing.lock").exists()) == (1, True)
    assert "--yes" in run.stderr
