"""Invalid settings: one line that names the variable, and exit status 2."""

import os
import subprocess
import sys

import pytest

from ticketing_payments.settings import Settings

VALID: dict[str, str | None] = {
    "MONGO_URI": "mongodb://127.0.0.1:1",
    "NATS_URL": "nats://127.0.0.1:1",
    "JWT_SECRET": "a-secret-that-only-tests-know-of-0123456789",
    "STRIPE_KEY": "sk_test_1",
}
VALUES = {name.lower(): value for name, value in VALID.items()}
LOAD = "from ticketing_common.settings import load; from ticketing_payments.settings import Settings; load(Settings)"


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"STRIPE_KEY": None}, "STRIPE_KEY is not set"),
        ({"STRIPE_KEY": ""}, "STRIPE_KEY must be a Stripe secret key"),
        ({"STRIPE_KEY": "pk_live_1234"}, "STRIPE_KEY must be a Stripe secret key"),
        ({"STRIPE_KEY": "sk_test_"}, "STRIPE_KEY must be a Stripe secret key"),
        ({"STRIPE_KEY": "sk_test_1 # my key"}, "STRIPE_KEY must be a Stripe secret key"),
        ({"STRIPE_WEBHOOK_SECRET": "sk_test_1"}, "STRIPE_WEBHOOK_SECRET must be the webhook endpoint's signing secret"),
        ({"STRIPE_API_BASE": "127.0.0.1:4242"}, "STRIPE_API_BASE must be a URL"),
        ({"STRIPE_API_BASE": "http://"}, "STRIPE_API_BASE must be a URL"),
        ({"STRIPE_API_BASE": "http://[1"}, "STRIPE_API_BASE must be a URL"),
        (
            {"STRIPE_KEY": "sk_live_1234", "STRIPE_API_BASE": "http://127.0.0.1:4242"},
            "STRIPE_API_BASE must not be set together with a live STRIPE_KEY",
        ),
        ({"CURRENCY": "dollar"}, "CURRENCY must be a currency code"),
    ],
)
def test_invalid_setting_is_named_in_one_line_without_its_value(changes: dict[str, str | None], message: str) -> None:
    variables = {name: value for name, value in (VALID | changes).items() if value is not None}
    environment = {"PATH": os.environ["PATH"], **variables}
    ended = subprocess.run([sys.executable, "-c", LOAD], env=environment, capture_output=True, text=True, check=False)
    assert (ended.returncode, ended.stderr.count("\n")) == (2, 1)
    assert ended.stderr.startswith(f"error: {message}")
    assert "1234" not in ended.stderr


@pytest.mark.parametrize("key", ["sk_test_1", "rk_test_1", "sk_live_1", "rk_live_1"])
def test_every_kind_of_secret_key_is_accepted(key: str) -> None:
    assert Settings.model_validate(VALUES | {"stripe_key": key}).live is ("live" in key)


def test_empty_optional_settings_count_as_unset() -> None:
    settings = Settings.model_validate(VALUES | {"stripe_webhook_secret": "", "stripe_api_base": "", "currency": "EUR"})
    assert (settings.stripe_webhook_secret, settings.stripe_api_base, settings.currency) == (None, None, "eur")
