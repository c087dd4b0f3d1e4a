"""Settings from the environment, and the errors of invalid ones."""

import pytest

from ticketing_local.errors import SettingsError
from ticketing_local.settings import ROOT, SERVICES, read_addresses, read_settings


def test_defaults() -> None:
    settings = read_settings({})
    assert (settings.port, settings.state_dir, settings.count("orders")) == (8080, ROOT / ".local", 1)
    assert settings.stripe.emulated


def test_replicas_per_service() -> None:
    settings = read_settings({"REPLICAS": "orders=3, tickets=2"})
    assert [settings.count(name) for name in ("orders", "tickets", "auth")] == [3, 2, 1]


def test_secrets_are_not_inherited() -> None:
    settings = read_settings({"JWT_SECRET": "long enough", "STRIPE_KEY": "sk_test_1", "MAKEFLAGS": "w", "PATH": "/bin"})
    assert settings.inherited == {"PATH": "/bin"}


@pytest.mark.parametrize(
    ("error", "values"),
    [
        ("PORT must be a whole number from 1 to 65535, not ", ["0", "65536", "-1", "http", "80 80", "²", "8080.0"]),
        ("REPLICAS: .* cannot be replicated; these can: auth", ["mongo=2", "gateway=2", "ordres=2", "=3", "rders"]),
        (
            "REPLICAS: .* must be orders=N with N from 1 to 20",
            ["orders", "orders=", "orders=0", "orders=-1", "orders=two", "orders=1000"],
        ),
        ("EXPIRATION_WINDOW_SECONDS must be a whole number of seconds above 0, not ", ["soon", "0"]),
        ("CURRENCY must be a code of three letters such as usd, not 'dollars'", ["dollars"]),
        ("OBSERVABILITY must be 1 or 0, not ", ["yes", "2"]),
        ("JWT_SECRET must have at least 8 characters", ["swordfi", "swordfish,swordfi"]),
        ("STRIPE_KEY must begin with sk_test_", ["hunter2"]),
        ("STRIPE_WEBHOOK_SECRET without STRIPE_KEY", ["whsec_1"]),
    ],
)
def test_invalid_setting_is_named_and_secrets_are_not_shown(error: str, values: list[str]) -> None:
    name = error.partition(" ")[0].strip(":")
    for value in values:
        with pytest.raises(SettingsError, match=f"^{error}") as refusal:
            read_settings({name: value})
        assert name not in ("JWT_SECRET", "STRIPE_KEY", "STRIPE_WEBHOOK_SECRET") or value not in str(refusal.value)


def test_live_key_is_refused_with_another_server() -> None:
    with pytest.raises(SettingsError, match="STRIPE_API_BASE must not be set with a live STRIPE_KEY"):
        read_settings({"STRIPE_KEY": "sk_live_1", "STRIPE_API_BASE": "http://127.0.0.1:1"})


def test_addresses_name_another_stack() -> None:
    databases = " ".join(f"{service}-mongo=mongodb://127.0.0.1:1?a=b" for service in SERVICES)
    addresses = read_addresses({"ADDRESSES": f"nats=nats://127.0.0.1:2 {databases}"})
    assert addresses is not None
    assert (addresses["nats"], addresses["orders-mongo"]) == ("nats://127.0.0.1:2", "mongodb://127.0.0.1:1?a=b")
    assert read_addresses({}) is None


def test_incomplete_addresses_are_refused() -> None:
    with pytest.raises(SettingsError, match=r"^ADDRESSES must also name auth-mongo, tickets-mongo, "):
        read_addresses({"ADDRESSES": "nats=nats://127.0.0.1:2"})
