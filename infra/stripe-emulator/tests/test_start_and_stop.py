"""Starting, refusing to start, stopping."""

import os
import signal
import subprocess
import sys
import time

import pytest

from stripe_emulator.settings import read_settings


def test_sigterm_ends_it_quickly_and_well(tmp_path):
    process = subprocess.Popen(command(0, tmp_path), stderr=subprocess.PIPE, text=True)
    assert process.stderr is not None
    assert any("startup complete" in line for line in process.stderr)
    started = time.monotonic()
    os.kill(process.pid, signal.SIGTERM)

    process.communicate(timeout=10)
    assert process.returncode == 0
    assert time.monotonic() - started < 5


def test_a_second_emulator_on_the_same_state_says_why_it_cannot_start(emulator):
    told = run(0, emulator.log.with_name("stripe"))
    assert told.returncode == 2
    assert "set --state-dir" in told.stderr


def test_a_taken_port_is_told_in_one_line(emulator, tmp_path):
    told = run(emulator.port, tmp_path)
    assert (told.returncode, len(told.stderr.splitlines())) == (2, 1)
    assert "choose another --port" in told.stderr


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ("--port 1 --state-dir x --webhook-url http://127.0.0.1:1/", "STRIPE_WEBHOOK_SECRET"),
        ("--port 1 --state-dir x --webhook-url nonsense --webhook-secret y", "STRIPE_WEBHOOK_URL"),
        ("--port 1 --state-dir x --webhook-url http://h:port/ --webhook-secret y", "STRIPE_WEBHOOK_URL"),
        ("--port 65536 --state-dir x", "0 (any free one) to 65535"),
        ("--port 1", "--state-dir"),
    ],
)
def test_settings_without_sense_are_refused_by_name(arguments, told, capsys):
    with pytest.raises(SystemExit, match="2"):
        read_settings(arguments.split(), {})
    assert told in capsys.readouterr().err


def test_the_environment_stands_in_for_options():
    environment = {"STRIPE_WEBHOOK_URL": "http://h/w", "STRIPE_WEBHOOK_SECRET": "whsec_x"}
    settings = read_settings(["--port", "1", "--state-dir", "x"], environment)
    assert (settings.webhook_url, settings.webhook_secret) == ("http://h/w", "whsec_x")


def command(port, state_dir) -> list[str]:
    return [sys.executable, "-m", "stripe_emulator", "--port", str(port), "--state-dir", str(state_dir)]


def run(port, state_dir) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command(port, state_dir), capture_output=True, text=True, timeout=20, check=False)
