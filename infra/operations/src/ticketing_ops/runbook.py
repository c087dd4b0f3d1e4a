"""When something needs a person, by the thresholds of the alerts, and the section of the runbook about it."""

from datetime import timedelta

RUNBOOK = "docs/runbook.md"
# What is older waits for something other than its turn.
PATIENCE = timedelta(seconds=60)
# As orders' own monitor: expiration's sweep fires two seconds after the expiry, a restart takes some more.
OVERDUE_AFTER = timedelta(seconds=30)


def section(alert: str) -> str:
    """The section about an alert, or of another name."""
    return f"{RUNBOOK}#{alert.lower()}"
