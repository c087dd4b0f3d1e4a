"""Settings of the tickets service."""

from ticketing_common.settings import PricingSettings


class Settings(PricingSettings):
    """The settings of every service that deals with prices."""
