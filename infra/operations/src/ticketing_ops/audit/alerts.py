"""I11: nobody waits for a ticket that is available."""

from collections.abc import Iterator

from ticketing_ops.audit.snapshot import Finding, Snapshot, by_id


def check_alerts(snapshot: Snapshot) -> Iterator[Finding]:
    """Alerts against their tickets. What waits for a sold or withdrawn ticket is ended within seconds."""
    tickets = by_id(snapshot.tickets)
    for alert in snapshot.alerts:
        ticket = tickets.get(alert["ticket_id"])
        if ticket is not None and ticket["buyable"] and alert["state"] == "waiting":
            yield Finding("I11", f"alert {alert['_id']}", "waits for a ticket that is on sale: its user was not told")
