"""A missing or invalid setting stops the process with a one-line error that names it."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from ticketing_common.settings import CommonSettings, PricingSettings, load

GOOD = {
    "MONGO_URI": "mongodb://user:pa55word@mongo:27017/db?replicaSet=rs0",
    "NATS_URL": "nats://nats:4222",
    "JWT_SECRET": "quite-a-secret",
}
PROGRAM = "from ticketing_common.settings import PricingSettings, load; print(load(PricingSettings).log_level)"


def start(**changes: str | None) -> "subprocess.CompletedProcess[str]":
    """Read the settings in a new process: those of GOOD with `changes`; None unsets one."""
    variables = {**GOOD, **changes}
    environment = {"PATH": os.environ["PATH"]} | {name: value for name, value in variables.items() if value is not None}
    return subprocess.run(
        [sys.executable, "-c", PROGRAM], env=environment, capture_output=True, text=True, check=False, timeout=30
    )


def test_valid_settings_are_read() -> None:
    process = start(LOG_LEVEL="debug", UNKNOWN_SETTING="x")
    assert (process.returncode, process.stdout, process.stderr) == (0, "DEBUG\n", "")


def test_missing_setting_is_named_with_exit_status_2() -> None:
    process = start(MONGO_URI=None)
    assert (process.returncode, process.stdout) == (2, "")
    assert process.stderr == "error: MONGO_URI is not set: set it in the environment\n"


def test_setting_that_is_not_set_is_read_from_its_secret_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "MONGO_URI").write_text("mongodb://user:file@mongo:27017/db\n")
    assert load(CommonSettings, tmp_path).mongo_uri == "mongodb://user:file@mongo:27017/db"
    monkeypatch.setenv("MONGO_URI", "mongodb://user:environment@mongo:27017/db")
    assert "environment" in load(CommonSettings, tmp_path).mongo_uri


def test_several_problems_are_reported_in_one_line() -> None:
    process = start(MONGO_URI=None, NATS_URL="http://nats", LOG_LEVEL="LOUD", STREAM_MAX_BYTES="many")
    assert process.returncode == 2
    assert process.stderr.count("\n") == 1
    for name in ("MONGO_URI", "NATS_URL", "LOG_LEVEL", "STREAM_MAX_BYTES"):
        assert f"{name} " in process.stderr


@pytest.mark.parametrize(
    ("name", "value", "rule"),
    [
        ("MONGO_URI", "", "MONGO_URI must be a URL such as"),
        ("MONGO_URI", "mongodb://", "MONGO_URI must be a URL such as"),
        ("MONGO_URI", "mongodb://mongo:notaport/db", "MONGO_URI must be a URL such as"),
        ("NATS_URL", "nats://nats:99999", "NATS_URL must be a URL such as"),
        ("NATS_URL", "nats://user:pass@", "NATS_URL must be a URL such as"),
        ("JWT_SECRET", "short", "JWT_SECRET must have at least 8 characters"),
        ("JWT_SECRET", " " * 40, "JWT_SECRET must have at least 8 characters"),
        (
            "JWT_SECRET",
            "long-enough,short",
            "JWT_SECRET must have at least 8 characters in each key between its commas",
        ),
        ("JWT_SECRET", "long-enough,", "JWT_SECRET must have at least 8 characters in each key"),
        ("JWT_SECRET", "long-enough, long-enough-too", "JWT_SECRET must have no spaces beside its commas"),
        ("JWT_SECRET_MIN_BYTES", "32", "JWT_SECRET must have at least 32 characters"),
        ("JWT_SECRET_MIN_BYTES", "4", "JWT_SECRET_MIN_BYTES must be greater than or equal to 8"),
        ("SESSION_IDLE_SECONDS", "0", "SESSION_IDLE_SECONDS must be"),
        ("STREAM_MAX_AGE_DAYS", "8", "SESSION_LIFETIME_SECONDS must be shorter than STREAM_MAX_AGE_DAYS"),
        ("SESSION_IDLE_SECONDS", "2592000", "SESSION_LIFETIME_SECONDS must be shorter than STREAM_MAX_AGE_DAYS"),
        ("STREAM_MAX_AGE_DAYS", "nan", "STREAM_MAX_AGE_DAYS must be"),
        ("STREAM_MAX_AGE_DAYS", "inf", "STREAM_MAX_AGE_DAYS must be"),
        ("STREAM_REPLICAS", "0", "STREAM_REPLICAS must be"),
    ],
)
def test_invalid_setting_is_named_with_its_rule(
    name: str, value: str, rule: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for other, good in GOOD.items():
        monkeypatch.setenv(other, good)
    monkeypatch.setenv(name, value)
    with pytest.raises(SystemExit, match="2"):
        load(PricingSettings)
    message = capsys.readouterr().err
    assert message.startswith(f"error: {rule}")
    assert message.count("\n") == 1


def test_values_are_never_printed() -> None:
    process = start(MONGO_URI="mongo://user:pa55word@mongo", JWT_SECRET="qwertz", NATS_URL="pa55word")
    assert process.returncode == 2
    assert "pa55word" not in process.stderr
    assert "qwertz" not in process.stderr


def test_production_accepts_only_full_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {**GOOD, "JWT_SECRET_MIN_BYTES": "32", "JWT_SECRET": f"{'x' * 32},{'é' * 16}"}.items():
        monkeypatch.setenv(name, value)
    assert load(PricingSettings).jwt_secret_min_bytes == 32
