"""Whether the stack uses Stripe or the emulator."""

from collections.abc import Mapping
from dataclasses import dataclass

from ticketing_local.errors import SettingsError

KEY_PREFIXES = ("sk_test_", "rk_test_", "sk_live_", "rk_live_")
EMULATOR_PAGE_KEY = "pk_test_emulated"
STRIPE_NAMES = ("STRIPE_KEY", "STRIPE_PUBLISHABLE_KEY", "STRIPE_WEBHOOK_SECRET", "STRIPE_API_BASE")


@dataclass(frozen=True)
class StripeSettings:
    """The STRIPE_* variables that are set; without any, the emulator is used."""

    given: Mapping[str, str]

    @property
    def emulated(self) -> bool:
        """Whether the emulator is used."""
        return not self.given

    def describe(self) -> str:
        """One line for the terminal."""
        if self.emulated:
            return "emulated: no real payments, Stripe is not used"
        mode = "test mode: no real payments" if "_test_" in self.given["STRIPE_KEY"] else "live mode: real payments"
        return f"Stripe, {mode}"

    def environment(self, emulator_url: str | None, webhook_secret: str) -> dict[str, str]:
        """For the payments service."""
        if emulator_url is None:
            return dict(self.given)
        return {
            "STRIPE_KEY": "sk_test_emulated",
            "STRIPE_PUBLISHABLE_KEY": EMULATOR_PAGE_KEY,
            "STRIPE_WEBHOOK_SECRET": webhook_secret,
            "STRIPE_API_BASE": emulator_url,
        }

    def page_environment(self, emulator_script: str) -> dict[str, str]:
        """For the web client: the publishable key, and the emulator's script in place of Stripe.js."""
        if self.emulated:
            return {"STRIPE_PUBLISHABLE_KEY": EMULATOR_PAGE_KEY, "STRIPE_JS_URL": emulator_script}
        return {name: key for name, key in self.given.items() if name == "STRIPE_PUBLISHABLE_KEY"}


def read_stripe(environ: Mapping[str, str]) -> StripeSettings:
    """Raises SettingsError when a key is invalid, or when a live key would be sent to another server than Stripe."""
    given = {name: environ[name].strip() for name in STRIPE_NAMES if environ.get(name, "").strip()}
    key = given.get("STRIPE_KEY")
    if key is None:
        _refuse_without_key(given)
        return StripeSettings({})
    if not key.startswith(KEY_PREFIXES):
        raise SettingsError("STRIPE_KEY must begin with sk_test_ (or sk_live_); unset it to use the emulator")
    if "_live_" in key[:8] and "STRIPE_API_BASE" in given:
        raise SettingsError(
            "STRIPE_API_BASE must not be set with a live STRIPE_KEY: the key would go to another server"
        )
    return StripeSettings(given)


def _refuse_without_key(given: Mapping[str, str]) -> None:
    """One of the others alone shows that Stripe was meant to be used."""
    if given:
        names = " and ".join(given)
        raise SettingsError(f"{names} without STRIPE_KEY: set STRIPE_KEY too, or unset the rest to use the emulator")
