"""Settings of the payments service."""

import re
from urllib.parse import urlsplit

from limits import parse
from pydantic import SecretStr, ValidationInfo, field_validator

from ticketing_common.rate_limits import Rate
from ticketing_common.settings import LimitSettings, PricingSettings

_KEY = re.compile(r"[sr]k_(?:test|live)_\S+")


class Settings(PricingSettings, LimitSettings):
    """`STRIPE_API_BASE` is the address of an emulator, unset for Stripe itself.

    Without `STRIPE_WEBHOOK_SECRET` webhooks are refused, and only the reconciler finds out what happened, later.
    """

    stripe_key: SecretStr
    stripe_webhook_secret: SecretStr | None = None
    stripe_api_base: str | None = None
    declines_per_order: Rate = parse("10/hour")
    declines_per_user: Rate = parse("10/hour")

    @property
    def live(self) -> bool:
        """Whether real money moves."""
        return "_live_" in self.stripe_key.get_secret_value()[:8]

    @field_validator("stripe_key")
    @classmethod
    def _is_secret_key(cls, value: SecretStr) -> SecretStr:
        if _KEY.fullmatch(value.get_secret_value()) is None:
            raise ValueError("must be a Stripe secret key: it starts with sk_test_ or sk_live_")
        return value

    @field_validator("stripe_webhook_secret")
    @classmethod
    def _is_signing_secret(cls, value: SecretStr | None) -> SecretStr | None:
        """An empty one counts as unset: with it, anyone could sign."""
        if value is None or not value.get_secret_value():
            return None
        if not value.get_secret_value().startswith("whsec_"):
            raise ValueError("must be the webhook endpoint's signing secret: it starts with whsec_")
        return value

    @field_validator("stripe_api_base")
    @classmethod
    def _is_emulator(cls, value: str | None, info: ValidationInfo) -> str | None:
        if not value:
            return None
        if not _is_http_url(value):
            raise ValueError("must be a URL such as http://127.0.0.1:4242")
        key: SecretStr | None = info.data.get("stripe_key")
        if key is not None and "_live_" in key.get_secret_value():
            raise ValueError(
                "must not be set together with a live STRIPE_KEY, which would be sent to it: unset one of them"
            )
        return value


def _is_http_url(value: str) -> bool:
    try:
        parts = urlsplit(value)
        return parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:  # an invalid port or IPv6 address
        return False
