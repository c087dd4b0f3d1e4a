"""Are the guarantees kept? Pure checks over what was read of the stores, the streams and Stripe's ledger."""

from collections.abc import Callable, Iterator

from ticketing_ops.auditing.books import Books, Finding
from ticketing_ops.auditing.delivery import check_delivery
from ticketing_ops.auditing.expiry import check_expiry
from ticketing_ops.auditing.ledger import check_ledger
from ticketing_ops.auditing.money import check_money
from ticketing_ops.auditing.reservations import check_reservations
from ticketing_ops.auditing.states import check_states
from ticketing_ops.auditing.verdicts import check_verdicts

CHECKS: tuple[Callable[[Books], Iterator[Finding]], ...] = (
    check_reservations,
    check_money,
    check_ledger,
    check_verdicts,
    check_states,
    check_delivery,
    check_expiry,
)


def findings(books: Books) -> list[Finding]:
    """Every violation, by promise and place."""
    return sorted(found for check in CHECKS for found in _made(check, books))


def _made(check: Callable[[Books], Iterator[Finding]], books: Books) -> Iterator[Finding]:
    """What a check finds. That it cannot read a document is a finding too, and ends that check alone."""
    try:
        yield from check(books)
    except (KeyError, TypeError) as error:
        what = f"ended early: a document has not the shape that its service writes ({error!r})"
        yield Finding("I6", check.__name__.replace("_", " "), what)
