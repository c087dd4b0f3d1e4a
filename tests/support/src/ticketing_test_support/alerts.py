"""A notifier that records whom it told."""

from ticketing_tickets.alerts.domain import Alert
from ticketing_tickets.domain import Ticket


class RecordingNotifier:
    """Records the calls; `fails` as a sender whose server is away does."""

    def __init__(self) -> None:
        self.told: list[tuple[Alert, Ticket]] = []
        self.fails = False

    async def ticket_available(self, alert: Alert, ticket: Ticket) -> None:
        """Record the call."""
        self.told.append((alert, ticket))
        if self.fails:
            raise ConnectionError("the mail server is away")
