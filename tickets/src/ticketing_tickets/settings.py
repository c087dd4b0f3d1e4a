"""The settings of tickets."""

from ticketing_common.settings import SessionSettings


class Settings(SessionSettings):
    """What every service with a session needs, and nothing more."""
