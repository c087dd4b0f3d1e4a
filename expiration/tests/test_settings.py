"""Invalid settings are named in one line."""

import pytest

from ticketing_common.settings import load
from ticketing_expiration.settings import Settings
from ticketing_expiration.worker import main


@pytest.fixture(autouse=True)
def _others_are_fine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MONGO_URI", "mongodb://127.0.0.1:1/expiration")
    monkeypatch.setenv("NATS_URL", "nats://127.0.0.1:1")


@pytest.mark.parametrize(
    "address", ["redis://localhost", "redis://:secret@host:6380/2", "rediss://default:x@host:6379"]
)
def test_redis_url_is_accepted(monkeypatch: pytest.MonkeyPatch, address: str) -> None:
    monkeypatch.setenv("REDIS_URL", address)
    assert load(Settings).redis_url == address


@pytest.mark.parametrize("address", ["", "localhost:6379", "redis://", "http://host", "redis://host:port"])
def test_invalid_redis_url_is_refused_in_one_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], address: str
) -> None:
    monkeypatch.setenv("REDIS_URL", address)
    with pytest.raises(SystemExit, match="2"):
        load(Settings)
    error = capsys.readouterr().err
    assert error == "error: REDIS_URL must be a URL such as redis://HOST:6379\n"


def test_worker_refuses_a_missing_redis_url(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("REDIS_URL", raising=False)
    with pytest.raises(SystemExit, match="2"):
        main()
    assert capsys.readouterr().err == "error: REDIS_URL is not set: set it in the environment\n"
