"""`make help` lists every target, `make test` names what it omits, and commit hooks run the checks of `make lint`."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from ticketing_test_support.omitted_tests import OMITTED

ROOT = Path(__file__).parents[1]


def test_help_lists_every_target() -> None:
    phony = re.search(r"^\.PHONY: (.*)$", (ROOT / "Makefile").read_text(), re.MULTILINE)
    listed = subprocess.run(["make", "help"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert phony is not None
    assert sorted(re.findall(r"^make ([a-z-]+)", listed, re.MULTILINE)) == sorted(phony[1].split())


@pytest.mark.parametrize(("variable", "options"), [(None, ""), ("SEED=", ""), ("SEED=7", ""), ("SEED=1", " --seed")])
def test_run_lists_sample_tickets_only_on_request(variable: str | None, options: str) -> None:
    command = ["make", "-n", "run", *([variable] if variable else [])]
    # Within `make test` a variable says so, and make would tell which directory it enters.
    environment = {name: value for name, value in os.environ.items() if name not in {"SEED", "MAKELEVEL", "MAKEFLAGS"}}
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True, env=environment)
    assert done.stdout.endswith(f"exec .venv/bin/ticketing up{options}\n")


def test_default_suite_has_every_folder_of_tests(pytestconfig: pytest.Config) -> None:
    """What it leaves out is ignored by name. The exercises' tests fail until they are solved."""
    found = subprocess.run(["git", "ls-files", "*/test_*.py"], cwd=ROOT, capture_output=True, text=True, check=True)
    folders = {Path(name).parent for name in found.stdout.split() if not name.startswith("docs/exercises/")}
    paths = [Path(path) for path in pytestconfig.getini("testpaths")]
    assert [folder for folder in folders if not any(folder.is_relative_to(path) for path in paths)] == []


def test_omitted_targets_exist() -> None:
    makefile = (ROOT / "Makefile").read_text()
    assert all(f"\n{target}:" in makefile for target in re.findall(r"make ([a-z-]+)", OMITTED))


@pytest.mark.parametrize(
    ("arguments", "content", "printed"),
    [([], "pass", [OMITTED]), ([], "raise ValueError", [OMITTED]), (["test_it.py"], "pass", [])],
    ids=["passing", "failing", "one-file"],
)
def test_whole_suite_names_omitted_tests_above_the_closing_line(arguments, content, printed, tmp_path: Path) -> None:
    (tmp_path / "pytest.ini").write_text("[pytest]\ntestpaths = .\n")
    (tmp_path / "test_it.py").write_text(f"def test_it():\n    {content}\n")
    command = [sys.executable, "-m", "pytest", "-p", "ticketing_test_support.omitted_tests", *arguments]
    environment = {**os.environ, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
    lines = done.stdout.splitlines()
    assert re.search(r"(passed|failed) in ", lines[-1])
    assert [line for line in lines[-2:] if line == OMITTED] == printed


def test_commit_hooks_run_the_commands_of_make_lint() -> None:
    recipe = re.search(r"^lint:.*\n((?:\t.*\n)+)", (ROOT / "Makefile").read_text(), re.MULTILINE)
    assert recipe is not None
    commands = [line.strip().replace("$(BIN)", ".venv/bin") for line in recipe[1].splitlines()]
    (repository,) = yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text())["repos"]
    entries = [hook["entry"] for hook in repository["hooks"]]
    assert [re.sub(r'^sh -c "(PATH=\S+; )?(.*)"$', r"\2", entry) for entry in entries] == commands
