"""The settings of tickets."""

from ticketing_common.settings import MarketSettings


class Settings(MarketSettings):
    """What every service with prices needs, and nothing more."""
