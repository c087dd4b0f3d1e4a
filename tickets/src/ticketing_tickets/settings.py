"""Settings of the tickets service."""

from ticketing_common.settings import StreamingSettings


class Settings(StreamingSettings):
    """The settings of every service that deals with prices and whose clients follow what happens."""
