"""The settings of payments."""

import re
from urllib.parse import urlsplit

from pydantic import SecretStr, ValidationInfo, field_validator

from ticketing_common.settings import PricingSettings

_KEY = re.compile(r"[sr]k_(?:test|live)_\S+")


class Settings(PricingSettings):
    """`STRIPE_API_BASE` points at an emulator; without it payments talks to Stripe.

    Without `STRIPE_WEBHOOK_SECRET` webhooks are refused; the reconciler finds out, only later.
    """

    stripe_key: SecretStr
    stripe_webhook_secret: SecretStr | None = None
    stripe_api_base: str | None = None

    @property
    def live(self) -> bool:
        """Whether real money moves."""
        return "_live_" in self.stripe_key.get_secret_value()[:8]

    @field_validator("stripe_key")
    @classmethod
    def _is_secret_key(cls, value: SecretStr) -> SecretStr:
        if _KEY.fullmatch(value.get_secret_value()) is None:
            raise ValueError("must be a secret key of Stripe: it begins with sk_test_ or sk_live_")
        return value

    @field_validator("stripe_webhook_secret")
    @classmethod
    def _is_signing_secret(cls, value: SecretStr | None) -> SecretStr | None:
        """An empty one is none: with it, anybody could sign."""
        if value is None or not value.get_secret_value():
            return None
        if not value.get_secret_value().startswith("whsec_"):
            raise ValueError("must be the signing secret of the webhook endpoint: it begins with whsec_")
        return value

    @field_validator("stripe_api_base")
    @classmethod
    def _is_emulator(cls, value: str | None, info: ValidationInfo) -> str | None:
        if not value:
            return None
        if urlsplit(value).scheme not in ("http", "https") or not urlsplit(value).hostname:
            raise ValueError("must be an address that begins with http:// or https:// and names a host")
        key: SecretStr | None = info.data.get("stripe_key")
        if key is not None and "_live_" in key.get_secret_value():
            raise ValueError(
                "must not be set while STRIPE_KEY is a live key, which it would be sent: unset one of them"
            )
        return value
