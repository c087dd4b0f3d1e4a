"""Settings of the orders service."""

from datetime import timedelta

from pydantic import Field

from ticketing_common.settings import PricingSettings


class Settings(PricingSettings):
    """`EXPIRATION_WINDOW_SECONDS`: how long a buyer holds a ticket before it is free again."""

    expiration_window_seconds: float = Field(default=900, gt=0, le=86_400)

    @property
    def hold_for(self) -> timedelta:
        """The window as a duration."""
        return timedelta(seconds=self.expiration_window_seconds)
