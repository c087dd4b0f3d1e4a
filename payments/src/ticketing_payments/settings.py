"""The settings of payments."""

from pydantic import SecretStr, field_validator, model_validator

from ticketing_common.settings import SessionSettings


class Settings(SessionSettings):
    """`STRIPE_API_BASE` points at an emulator; without it payments talks to Stripe."""

    stripe_key: SecretStr
    stripe_publishable_key: str | None = None
    stripe_webhook_secret: SecretStr | None = None
    stripe_api_base: str | None = None
    currency: str = "usd"

    @field_validator("stripe_key")
    @classmethod
    def _is_secret_key(cls, value: SecretStr) -> SecretStr:
        if not value.get_secret_value().startswith(("sk_test_", "sk_live_", "rk_test_", "rk_live_")):
            raise ValueError("must be a secret key of Stripe: it begins with sk_test_ or sk_live_")
        return value

    @field_validator("stripe_api_base")
    @classmethod
    def _is_http(cls, value: str | None) -> str | None:
        if value and not value.startswith(("http://", "https://")):
            raise ValueError("must be an address that begins with http:// or https://")
        return value or None

    @field_validator("currency")
    @classmethod
    def _is_currency(cls, value: str) -> str:
        if len(value) != 3 or not value.isalpha():  # noqa: PLR2004 (ISO 4217)
            raise ValueError("must be a currency code of three letters, like usd")
        return value.lower()

    @model_validator(mode="after")
    def _live_key_only_to_stripe(self) -> "Settings":
        if "_live_" in self.stripe_key.get_secret_value() and self.stripe_api_base:
            raise ValueError("STRIPE_KEY is a live key, so STRIPE_API_BASE must not be set: unset one of them")
        return self
