"""Starting, refusing to start, stopping; and what the README shows."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any, get_args

import pytest

from stripe_emulator.control import control_routes
from stripe_emulator.faults import ApiKind, WebhookKind
from stripe_emulator.resources import disputes, refunds
from stripe_emulator.resources.cards import CARDS
from stripe_emulator.routes import TABLE
from stripe_emulator.settings import read_settings

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text()
START, EXAMPLES, *_ = re.findall(r"```sh\n(.*?)```", README, re.DOTALL)
URL = "--webhook-url http://127.0.0.1:1/"


def command(port, state_dir) -> list[str]:
    return [sys.executable, "-m", "stripe_emulator", "--port", str(port), "--state-dir", str(state_dir)]


def test_readme_command_starts_it_and_sigterm_stops_it(tmp_path):
    script = START.replace("python", f"exec {sys.executable}").replace("4242", "0").replace(".local", str(tmp_path))
    process = subprocess.Popen(["bash", "-ec", script], stderr=subprocess.PIPE, text=True)
    assert process.stderr is not None
    assert any("startup complete" in line for line in process.stderr)
    process.terminate()
    process.communicate(timeout=10)
    assert process.returncode == 0


@pytest.mark.skipif(shutil.which("curl") is None, reason="needs curl")
@pytest.mark.usefixtures("receiver")
def test_readme_examples_run(emulator):
    environment = {**os.environ, "STRIPE": emulator.url}
    run = subprocess.run(["bash", "-ec", EXAMPLES], env=environment, capture_output=True, text=True, check=False)
    assert (run.returncode, run.stderr) == (0, "")
    assert '"status":"warning_needs_response"' in run.stdout


def test_readme_names_everything_that_is_implemented():
    unused: Any = None
    routes = [path.removeprefix("/v1") for _, path, _, _ in TABLE]
    control = [route.path for route in control_routes(unused, unused)]
    paths = [re.sub(r":int", "", path) for path in (*routes, *control)]
    names = [name for card in CARDS for name in (card.names[0], *card.numbers)]
    kinds = [*get_args(ApiKind), *get_args(WebhookKind)]
    named = re.findall(r"[\w/{}]+", README)
    assert {*paths, *names, *kinds, *disputes.STATUSES, *refunds.STATUSES} - set(named) == set()


def test_readme_links_to_files_that_exist():
    links = re.findall(r"\]\((?!http)([^)]+)\)", README)
    assert links
    assert [link for link in links if not (ROOT / link).exists()] == []


@pytest.mark.parametrize("taken", ["state", "port"])
def test_second_emulator_says_in_one_line_why_it_cannot_start(emulator, tmp_path, taken):
    port, state_dir = (0, emulator.log.with_name("stripe")) if taken == "state" else (emulator.port, tmp_path)
    run = subprocess.run(command(port, state_dir), capture_output=True, text=True, timeout=20, check=False)
    assert (run.returncode, len(run.stderr.splitlines())) == (2, 1)
    assert ("set --state-dir" if taken == "state" else "choose another --port") in run.stderr


@pytest.mark.parametrize(
    ("arguments", "environment", "message"),
    [
        (f"--port 1 --state-dir x {URL}", {}, "STRIPE_WEBHOOK_SECRET"),
        (f"--port 1 --state-dir x {URL} --webhook-secret whsec_x", {}, "--webhook-secret"),
        ("--port 1 --state-dir x --webhook-url nonsense", {"STRIPE_WEBHOOK_SECRET": "y"}, "STRIPE_WEBHOOK_URL"),
        ("--port 1 --state-dir x --webhook-url http://h:port/", {"STRIPE_WEBHOOK_SECRET": "y"}, "STRIPE_WEBHOOK_URL"),
        ("--port 65536 --state-dir x", {}, "0 (any free one) to 65535"),
        ("--port 1", {}, "--state-dir"),
    ],
)
def test_invalid_settings_are_refused_by_name(arguments, environment, message, capsys):
    with pytest.raises(SystemExit, match="2"):
        read_settings(arguments.split(), environment)
    assert message in capsys.readouterr().err


def test_webhook_settings_come_from_the_environment():
    environment = {"STRIPE_WEBHOOK_URL": "http://h/w", "STRIPE_WEBHOOK_SECRET": "whsec_x"}
    settings = read_settings(["--port", "1", "--state-dir", "x"], environment)
    assert (settings.webhook_url, settings.webhook_secret) == ("http://h/w", "whsec_x")


def test_webhook_secret_may_be_in_a_file(tmp_path):
    (tmp_path / "secret").write_text("whsec_file\n")
    arguments = ["--port", "1", "--state-dir", "x", "--webhook-url", "http://h/w"]
    assert read_settings(arguments, {}, tmp_path / "secret").webhook_secret == "whsec_file"
