"""What the environment asks for is understood or refused in one line."""

import pytest

from ticketing_local.errors import SettingsError
from ticketing_local.settings import ROOT, SERVICES, read_addresses, read_settings


def test_without_any_variable_the_defaults_hold() -> None:
    settings = read_settings({})
    assert (settings.port, settings.state_dir) == (8080, ROOT / ".local")
    assert settings.stripe.emulated
    assert settings.count("orders") == 1


@pytest.mark.parametrize("port", ["0", "65536", "-1", "http", "80 80", "²", "8080.0"])
def test_a_senseless_port_is_refused(port: str) -> None:
    with pytest.raises(SettingsError, match=r"^PORT must be a whole number from 1 to 65535, not "):
        read_settings({"PORT": port})


def test_replicas_are_counted_by_service() -> None:
    settings = read_settings({"REPLICAS": "orders=3, tickets=2"})
    assert [settings.count(name) for name in ("orders", "tickets", "auth")] == [3, 2, 1]


@pytest.mark.parametrize("replicas", ["mongo=2", "gateway=2", "ordres=2", "=3", "orders"[1:]])
def test_what_cannot_be_replicated_is_refused(replicas: str) -> None:
    with pytest.raises(SettingsError, match="cannot be replicated; these can: auth"):
        read_settings({"REPLICAS": replicas})


@pytest.mark.parametrize("replicas", ["orders", "orders=", "orders=0", "orders=-1", "orders=two", "orders=1000"])
def test_a_senseless_count_is_refused(replicas: str) -> None:
    with pytest.raises(SettingsError, match="must be orders=N with N from 1 to 20"):
        read_settings({"REPLICAS": replicas})


@pytest.mark.parametrize(
    ("name", "value"),
    [("EXPIRATION_WINDOW_SECONDS", "soon"), ("EXPIRATION_WINDOW_SECONDS", "0"), ("CURRENCY", "dollars")],
)
def test_a_senseless_setting_is_named(name: str, value: str) -> None:
    with pytest.raises(SettingsError, match=f"^{name} must be .* not '{value}'$"):
        read_settings({name: value})


def test_a_short_jwt_secret_is_refused_without_being_shown() -> None:
    with pytest.raises(SettingsError, match=r"^JWT_SECRET must have at least 8 characters") as refusal:
        read_settings({"JWT_SECRET": "swordfi"})
    assert "swordfi" not in str(refusal.value)


def test_a_live_key_is_never_sent_to_another_server() -> None:
    with pytest.raises(SettingsError, match="STRIPE_API_BASE must not be set with a live STRIPE_KEY"):
        read_settings({"STRIPE_KEY": "sk_live_1", "STRIPE_API_BASE": "http://127.0.0.1:1"})


def test_a_key_that_is_no_secret_key_is_refused_without_being_shown() -> None:
    with pytest.raises(SettingsError, match="STRIPE_KEY must begin with sk_test_") as refusal:
        read_settings({"STRIPE_KEY": "hunter2"})
    assert "hunter2" not in str(refusal.value)


def test_stripe_settings_without_a_key_are_not_ignored() -> None:
    with pytest.raises(SettingsError, match="STRIPE_WEBHOOK_SECRET without STRIPE_KEY"):
        read_settings({"STRIPE_WEBHOOK_SECRET": "whsec_1"})


def test_secrets_are_not_inherited_by_every_process() -> None:
    settings = read_settings({"JWT_SECRET": "long enough", "STRIPE_KEY": "sk_test_1", "MAKEFLAGS": "w", "PATH": "/bin"})
    assert settings.inherited == {"PATH": "/bin"}


def test_a_stack_elsewhere_is_told_by_the_addresses_of_nats_and_of_each_database() -> None:
    named = " ".join(f"{service}-mongo=mongodb://127.0.0.1:1?a=b" for service in SERVICES)
    told = read_addresses({"ADDRESSES": f"nats=nats://127.0.0.1:2 {named}"})
    assert told is not None
    assert (told["nats"], told["orders-mongo"]) == ("nats://127.0.0.1:2", "mongodb://127.0.0.1:1?a=b")
    assert read_addresses({}) is None


def test_a_stack_elsewhere_of_which_a_part_is_not_told_is_refused_by_name() -> None:
    with pytest.raises(SettingsError, match=r"^ADDRESSES must also name auth-mongo, tickets-mongo, "):
        read_addresses({"ADDRESSES": "nats=nats://127.0.0.1:2"})
