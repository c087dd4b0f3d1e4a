"""What each verb says when there is nothing to do, or when it is asked for nonsense."""

from pathlib import Path

import pytest

from ticketing_local.cli import main
from ticketing_test_support.stack import ticketing


def status(*arguments: str) -> object:
    """The exit status of a verb, run in this process."""
    with pytest.raises(SystemExit) as end:
        main(arguments)
    return end.value.code


@pytest.fixture
def state_dir(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The STATE_DIR of the verbs; not made yet."""
    monkeypatch.setenv("STATE_DIR", str(tmp_path / "state"))
    return tmp_path / "state"


def test_help_names_each_verb_and_each_setting() -> None:
    text = ticketing("--help").stdout
    assert all(f"\n    {verb} " in text for verb in ("up", "ps", "logs", "audit", "dead", "reset", "demo"))
    assert all(f"  {name} " in text for name in ("PORT", "STATE_DIR", "REPLICAS", "STRIPE_KEY", "JWT_SECRET"))


@pytest.mark.parametrize("verb", ["up", "ps", "logs", "audit", "dead", "reset", "demo"])
def test_each_verb_explains_itself(verb: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert status(verb, "--help") == 0
    assert capsys.readouterr().out.startswith(f"usage: ticketing {verb}")


@pytest.mark.parametrize(("name", "value"), [("PORT", "x"), ("REPLICAS", "mongo=2"), ("STRIPE_KEY", "pk_test_1")])
def test_a_senseless_setting_ends_in_one_line_and_status_2(
    state_dir: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], name: str, value: str
) -> None:
    monkeypatch.setenv(name, value)
    assert status("up") == 2
    said = capsys.readouterr()
    assert (said.out, said.err.count("\n"), said.err.startswith(f"error: {name}")) == ("", 1, True)
    assert not state_dir.exists()


def test_ps_without_a_stack_is_status_1_and_an_empty_list(state_dir: Path) -> None:
    answer = ticketing("ps", "--json")
    assert (answer.returncode, answer.stdout) == (1, "[]\n")
    assert answer.stderr == f"error: No stack is running on {state_dir}: start one with `make run`\n"


@pytest.mark.parametrize(
    "arguments", ["audit", "dead list", "dead show 1", "dead replay 1", "dead replay --all", "dead drop --all --yes"]
)
def test_without_a_stack_there_is_nothing_to_look_at(
    state_dir: Path, capsys: pytest.CaptureFixture[str], arguments: str
) -> None:
    assert status(*arguments.split()) == 1
    assert capsys.readouterr().err == f"error: No stack is running on {state_dir}: start one with `make run`\n"


@pytest.mark.parametrize(
    "arguments", ["audit --settle -1", "audit --settle nan", "dead", "dead show x", "dead replay", "dead drop 1 --all"]
)
def test_senseless_arguments_are_status_2(arguments: str) -> None:
    assert status(*arguments.split()) == 2


def test_logs_without_any_say_how_to_start(state_dir: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert status("logs") == 1
    assert capsys.readouterr().err == f"error: There are no logs in {state_dir}: start a stack with `make run`\n"


def test_reset_does_not_delete_without_consent(state_dir: Path) -> None:
    state_dir.mkdir()
    (state_dir / "ticketing.lock").touch()
    answer = ticketing("reset")
    assert (answer.returncode, (state_dir / "ticketing.lock").exists()) == (1, True)
    assert "--yes" in answer.stderr


@pytest.mark.parametrize("url", ["localhost:8080", "ftp://x", "http://", "http://[", ""])
def test_a_demo_of_no_address_is_refused(url: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert status("demo", "--url", url) == 2
    assert "--url: must be a URL such as http://localhost:8080" in capsys.readouterr().err
