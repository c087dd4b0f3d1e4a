"""The notifier that is used unless another one is plugged in."""

import structlog

from ticketing_tickets.alerts.domain import Alert
from ticketing_tickets.domain import Ticket

log = structlog.get_logger(__name__)


class LogNotifier:
    """ports.Notifier that only logs: the open page and the user's list of alerts show it anyway."""

    async def ticket_available(self, alert: Alert, ticket: Ticket) -> None:
        log.info("availability_alert.sent", alert_id=alert.id, ticket_id=ticket.id, user_id=alert.user_id)
