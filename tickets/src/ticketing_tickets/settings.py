"""The settings of tickets."""

from ticketing_common.settings import PricingSettings


class Settings(PricingSettings):
    """What every service with prices needs, and nothing more."""
