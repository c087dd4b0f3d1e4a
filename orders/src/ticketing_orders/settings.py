"""Settings of the orders service."""

from datetime import timedelta

from pydantic import Field

from ticketing_common.settings import StreamingSettings
from ticketing_orders.domain import ReservationRules


class Settings(StreamingSettings):
    """`EXPIRATION_WINDOW_SECONDS`: how long a buyer holds a ticket before it is free again.

    `MAX_OPEN_RESERVATIONS`: how many tickets a buyer may hold unpaid. `RESERVATION_COOLDOWN_SECONDS`: how long a buyer
    who let go of a ticket cannot reserve the same one; 0 allows it at once.
    """

    expiration_window_seconds: float = Field(default=900, gt=0, le=86_400)
    max_open_reservations: int = Field(default=10, ge=1, le=1_000_000)
    reservation_cooldown_seconds: float = Field(default=60, ge=0, le=86_400)

    @property
    def reservation_rules(self) -> ReservationRules:
        """All three."""
        return ReservationRules(
            hold_for=timedelta(seconds=self.expiration_window_seconds),
            max_open=self.max_open_reservations,
            cooldown=timedelta(seconds=self.reservation_cooldown_seconds),
        )
