"""Whether the stack takes (test) money from Stripe or from its own emulator."""

from collections.abc import Mapping
from dataclasses import dataclass

from ticketing_local.errors import SettingsError

KEY_PREFIXES = ("sk_test_", "rk_test_", "sk_live_", "rk_live_")
EMULATOR_PAGE_KEY = "pk_test_emulated"
STRIPE_NAMES = ("STRIPE_KEY", "STRIPE_PUBLISHABLE_KEY", "STRIPE_WEBHOOK_SECRET", "STRIPE_API_BASE")


@dataclass(frozen=True)
class StripeSettings:
    """The STRIPE_* variables the caller gave; none of them means the emulator."""

    given: Mapping[str, str]

    @property
    def emulated(self) -> bool:
        """Nothing leaves this machine."""
        return not self.given

    def in_words(self) -> str:
        """For the page and for the terminal."""
        if self.emulated:
            return "Payments are emulated: no money moves and Stripe is not asked."
        kind = "in test mode: no money moves" if "_test_" in self.given["STRIPE_KEY"] else "live: real money moves"
        return f"Payments go to Stripe, {kind}."

    def environment(self, emulator_url: str | None, webhook_secret: str) -> dict[str, str]:
        """What the payments service is told."""
        if emulator_url is None:
            return dict(self.given)
        return {
            "STRIPE_KEY": "sk_test_emulated",
            "STRIPE_PUBLISHABLE_KEY": EMULATOR_PAGE_KEY,
            "STRIPE_WEBHOOK_SECRET": webhook_secret,
            "STRIPE_API_BASE": emulator_url,
        }

    def page_environment(self, emulator_script: str) -> dict[str, str]:
        """What the web client is told: the key that a page may show, and whose script takes the card."""
        if self.emulated:
            return {"STRIPE_PUBLISHABLE_KEY": EMULATOR_PAGE_KEY, "STRIPE_JS_URL": emulator_script}
        return {name: key for name, key in self.given.items() if name == "STRIPE_PUBLISHABLE_KEY"}


def read_stripe(environ: Mapping[str, str]) -> StripeSettings:
    """Raises SettingsError when a key is senseless, or when real money could go to something that is not Stripe."""
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
    """A caller who sets one of the others believes to be talking to Stripe."""
    if given:
        names = " and ".join(given)
        raise SettingsError(f"{names} without STRIPE_KEY: set STRIPE_KEY too, or unset the rest to use the emulator")
