"""Why an order cannot be placed, cancelled or expired."""

from ticketing_common.currency import Currency
from ticketing_common.errors import AppError, ErrorItem, InvalidState, TooManyRequests


class TicketReserved(InvalidState):
    """Another order, perhaps the same buyer's, holds or bought the ticket."""

    message = "That ticket is already reserved. Choose another, or try again when the reservation has expired."


class TooManyReservations(InvalidState):
    """The buyer has as many open reservations as one may have."""

    def __init__(self, limit: int) -> None:
        super().__init__(
            f"You have reached the limit of unpaid reservations ({limit}). Pay or release one of them first."
        )


class ReleasedRecently(TooManyRequests):
    """The buyer's last order of this ticket ended unpaid a moment ago."""

    message = "You held this ticket a moment ago, so others come first. Wait, then reserve it again."


class PriceChangedItem(ErrorItem):
    """An entry of the error envelope with the price to confirm, in major units."""

    currentPrice: float  # noqa: N815 (as on the wire)


class PriceChanged(AppError):
    """The ticket does not cost what the buyer saw: nothing is reserved until the buyer confirms the new price."""

    status = 409

    def __init__(self, price: int, currency: Currency) -> None:
        super().__init__(f"The price is now {currency.format_price(price)}.", field="price")
        self._current_price = currency.to_major(price)

    def items(self) -> list[ErrorItem]:
        return [PriceChangedItem(message=self.message, field="price", currentPrice=self._current_price)]


class HoldTaken(Exception):
    """Another order of this ticket took the same hold a moment before: read the highest again and retry."""


class SlotTaken(Exception):
    """Another open order of this buyer has the same slot: take a free one and retry."""


class AlreadyComplete(InvalidState):
    """A paid order cannot be cancelled."""

    message = "That order is already paid and complete; it cannot be cancelled."


class NotExpiredYet(Exception):
    """By our own clock the buyer still has `seconds` left; other clocks do not count."""

    def __init__(self, seconds: float) -> None:
        super().__init__(f"{seconds:.3f} s left")
        self.seconds = seconds
