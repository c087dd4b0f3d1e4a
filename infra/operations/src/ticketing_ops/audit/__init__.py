"""Are the guarantees I1 to I11 kept? Pure checks of a snapshot of the stores, the streams and Stripe's ledger."""

from collections.abc import Callable, Iterator

from ticketing_ops.audit.alerts import check_alerts
from ticketing_ops.audit.consistency import check_consistency
from ticketing_ops.audit.delivery import check_delivery
from ticketing_ops.audit.expiration import check_expiration
from ticketing_ops.audit.ledger import check_ledger
from ticketing_ops.audit.money import check_money
from ticketing_ops.audit.reservations import check_reservations
from ticketing_ops.audit.settlement import check_settlement
from ticketing_ops.audit.snapshot import Finding, Snapshot

Check = Callable[[Snapshot], Iterator[Finding]]
CHECKS: tuple[Check, ...] = (
    check_reservations,
    check_money,
    check_ledger,
    check_settlement,
    check_consistency,
    check_delivery,
    check_expiration,
    check_alerts,
)


def run_checks(snapshot: Snapshot) -> list[Finding]:
    """Every violation, sorted by guarantee and place."""
    return sorted(finding for check in CHECKS for finding in _run(check, snapshot))


def _run(check: Check, snapshot: Snapshot) -> Iterator[Finding]:
    """A document that a check cannot read is a finding too, and ends only that check."""
    try:
        yield from check(snapshot)
    except (KeyError, TypeError) as error:
        what = f"stopped early: a document is not in the form that its service writes ({error!r})"
        yield Finding("I6", check.__name__.replace("_", " "), what)
