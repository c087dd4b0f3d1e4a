"""Why an order cannot be placed, cancelled or expired."""

from ticketing_common.errors import InvalidState


class TicketReserved(InvalidState):
    """Another order, perhaps the same buyer's, holds or bought the ticket."""

    message = "That ticket is already reserved. Choose another, or look again when the reservation has run out."


class HoldTaken(Exception):
    """Another order of this ticket took the same hold a moment before: read the highest again and retry."""


class AlreadyComplete(InvalidState):
    """A paid order cannot be cancelled."""

    message = "That order is already paid and complete; it cannot be cancelled."


class NotExpiredYet(Exception):
    """By our own clock the buyer still has `seconds` left, whatever another clock says."""

    def __init__(self, seconds: float) -> None:
        super().__init__(f"{seconds:.3f} s left")
        self.seconds = seconds
