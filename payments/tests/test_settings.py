"""Senseless settings: one line that names the variable, and exit 2."""

import os
import subprocess
import sys

import pytest

GOOD = {
    "MONGO_URI": "mongodb://127.0.0.1:1",
    "NATS_URL": "nats://127.0.0.1:1",
    "JWT_SECRET": "a-secret-that-only-tests-know-of-0123456789",
    "STRIPE_KEY": "sk_test_1",
}
READ = (
    "from ticketing_common.settings import load; from ticketing_payments.settings import Settings; s = load(Settings);"
)


def start(environment: dict[str, str], then: str = "") -> subprocess.CompletedProcess[str]:
    """Read the settings in a process of its own, then run `then`."""
    environment = {name: value for name, value in environment.items() if value is not None}
    path = {"PATH": os.environ["PATH"]}
    return subprocess.run(
        [sys.executable, "-c", READ + then], env=path | environment, capture_output=True, text=True, check=False
    )


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("STRIPE_KEY", None, "STRIPE_KEY is not set"),
        ("STRIPE_KEY", "", "STRIPE_KEY must be a Stripe secret key"),
        ("STRIPE_KEY", "pk_test_1", "STRIPE_KEY must be a Stripe secret key"),
        ("STRIPE_KEY", "sk_test_", "STRIPE_KEY must be a Stripe secret key"),
        ("STRIPE_KEY", "sk_test_1 # my key", "STRIPE_KEY must be a Stripe secret key"),
        ("STRIPE_WEBHOOK_SECRET", "sk_test_1", "STRIPE_WEBHOOK_SECRET must be the webhook endpoint's signing secret"),
        ("STRIPE_API_BASE", "127.0.0.1:4242", "STRIPE_API_BASE must be a URL"),
        ("STRIPE_API_BASE", "http://", "STRIPE_API_BASE must be a URL"),
        ("CURRENCY", "dollar", "CURRENCY must be a currency code"),
        ("CURRENCY", "öre", "CURRENCY must be a currency code"),
    ],
)
def test_a_senseless_setting_is_named_in_one_line(name: str, value: str, words: str) -> None:
    ended = start(GOOD | {name: value})
    assert ended.returncode == 2
    assert ended.stderr.startswith(f"error: {words}")
    assert ended.stderr.count("\n") == 1


def test_a_live_key_is_sent_to_stripe_only() -> None:
    key = "sk_live_do_not_tell"
    ended = start(GOOD | {"STRIPE_KEY": key, "STRIPE_API_BASE": "http://127.0.0.1:4242"})
    assert (ended.returncode, ended.stderr.count("\n")) == (2, 1)
    assert "STRIPE_API_BASE must not be set together with a live STRIPE_KEY" in ended.stderr
    assert key not in ended.stderr


def test_a_refused_key_is_not_repeated() -> None:
    assert "pk_live_1234" not in start(GOOD | {"STRIPE_KEY": "pk_live_1234"}).stderr


@pytest.mark.parametrize("key", ["sk_test_1", "rk_test_1", "sk_live_1", "rk_live_1"])
def test_every_kind_of_secret_key_is_taken(key: str) -> None:
    ended = start(GOOD | {"STRIPE_KEY": key}, "print(s.live)")
    assert (ended.stderr, ended.stdout) == ("", f"{'live' in key}\n")


def test_an_empty_webhook_secret_is_none() -> None:
    ended = start(
        GOOD | {"STRIPE_WEBHOOK_SECRET": "", "STRIPE_API_BASE": "", "CURRENCY": "EUR"},
        "print(s.stripe_webhook_secret, s.stripe_api_base, s.currency)",
    )
    assert ended.stdout == "None None eur\n"
