"""A missing or senseless setting is named in one line, and the process ends with 2 before it does anything."""

import os
import subprocess
import sys

import pytest

from ticketing_common.settings import SessionSettings, load

GOOD = {
    "MONGO_URI": "mongodb://user:pa55word@mongo:27017/db?replicaSet=rs0",
    "NATS_URL": "nats://nats:4222",
    "JWT_SECRET": "quite-a-secret",
}
PROGRAM = "from ticketing_common.settings import SessionSettings, load; print(load(SessionSettings).log_level)"


def start(**changes: str | None) -> "subprocess.CompletedProcess[str]":
    """A process that reads its settings, with those of GOOD but for `changes`; None leaves one out."""
    wanted = {**GOOD, **changes}
    environment = {"PATH": os.environ["PATH"]} | {name: value for name, value in wanted.items() if value is not None}
    return subprocess.run(
        [sys.executable, "-c", PROGRAM], env=environment, capture_output=True, text=True, check=False, timeout=30
    )


def test_good_settings_are_taken() -> None:
    answer = start(LOG_LEVEL="debug", UNKNOWN_SETTING="x")
    assert (answer.returncode, answer.stdout, answer.stderr) == (0, "DEBUG\n", "")


def test_a_missing_setting_is_named_in_one_line_with_exit_2() -> None:
    answer = start(MONGO_URI=None)
    assert (answer.returncode, answer.stdout) == (2, "")
    assert answer.stderr == "error: MONGO_URI is not set: set it in the environment\n"


def test_several_problems_are_told_in_one_line() -> None:
    answer = start(MONGO_URI=None, NATS_URL="http://nats", LOG_LEVEL="LOUD", STREAM_MAX_BYTES="many")
    assert answer.returncode == 2
    assert answer.stderr.count("\n") == 1
    for name in ("MONGO_URI", "NATS_URL", "LOG_LEVEL", "STREAM_MAX_BYTES"):
        assert f"{name} " in answer.stderr


@pytest.mark.parametrize(
    ("name", "value", "told"),
    [
        ("MONGO_URI", "", "MONGO_URI must be an address"),
        ("MONGO_URI", "mongodb://", "MONGO_URI must be an address"),
        ("MONGO_URI", "mongodb://mongo:notaport/db", "MONGO_URI must be an address"),
        ("NATS_URL", "nats://nats:99999", "NATS_URL must be an address"),
        ("NATS_URL", "nats://user:pass@", "NATS_URL must be an address"),
        ("JWT_SECRET", "short", "JWT_SECRET must have at least 8 characters"),
        ("JWT_SECRET", " " * 40, "JWT_SECRET must have at least 8 characters"),
        ("STREAM_MAX_AGE_DAYS", "nan", "STREAM_MAX_AGE_DAYS must be"),
        ("STREAM_MAX_AGE_DAYS", "inf", "STREAM_MAX_AGE_DAYS must be"),
        ("STREAM_REPLICAS", "0", "STREAM_REPLICAS must be"),
    ],
)
def test_a_senseless_setting_is_named_with_what_it_should_be(
    name: str, value: str, told: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for good, its_value in GOOD.items():
        monkeypatch.setenv(good, its_value)
    monkeypatch.setenv(name, value)
    with pytest.raises(SystemExit, match="2"):
        load(SessionSettings)
    message = capsys.readouterr().err
    assert message.startswith(f"error: {told}")
    assert message.count("\n") == 1


def test_the_values_are_never_printed() -> None:
    answer = start(MONGO_URI="mongo://user:pa55word@mongo", JWT_SECRET="qwertz", NATS_URL="pa55word")
    assert answer.returncode == 2
    assert "pa55word" not in answer.stderr
    assert "qwertz" not in answer.stderr
