"""Let a market come to rest as the running system would, and check what must hold then: I2, I3, I4, I6, I8."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from tests.model.market import Market
from tests.model.watch import require

from ticketing_common.events import OrderState, TicketCreated, TicketState
from ticketing_ops.audit import run_checks
from ticketing_ops.audit.snapshot import Finding, Snapshot, by_id

_A_PAUSE_OF_THE_RECONCILER = 3_660
_MOST_ROUNDS = 200
_QUIET_ROUNDS = 4


@dataclass
class Promises:
    """What was answered with success: it must be found again at the end."""

    placed: set[str] = field(default_factory=set)
    given_up: set[str] = field(default_factory=set)
    priced: dict[str, int] = field(default_factory=dict)


async def come_to_rest(market: Market, *, newest_first: bool, bank_says_yes: bool) -> None:
    """Everything that is away comes back, and time passes until nothing is left to do by itself."""
    market.bank.away, market.bank.loses_answer_of, market.trouble.fails_after = False, None, -1
    quiet = 0
    for _ in range(_MOST_ROUNDS):
        moved = await market.relay() + await market.hear_webhooks()
        for _ in range(len(market.network.pending)):
            moved += await market.network.deliver(-1 if newest_first else 0)
        if moved:
            quiet = 0
        elif quiet == _QUIET_ROUNDS and not market.network.pending:
            return
        else:
            await (_time_passes(market) if quiet else _banks_decide(market, bank_says_yes=bank_says_yes))
            quiet += 1
    raise AssertionError(f"I8 it never comes to rest; under way: {[str(item) for item in market.network.pending]}")


async def _banks_decide(market: Market, *, bank_says_yes: bool) -> None:
    """Before time passes, so that a late payment may meet a ticket that somebody else holds."""
    for intent_id in market.bank.intents:
        market.bank.close_dispute(intent_id, won=bank_says_yes)
        market.bank.decide(intent_id, pays=bank_says_yes)


async def _time_passes(market: Market) -> None:
    market.clock.move(_A_PAUSE_OF_THE_RECONCILER)
    await market.fire()
    await market.reconcile()


def check_promises(promises: Promises, books: Snapshot) -> None:
    """What was accepted is there."""
    orders, tickets = by_id(books.orders), by_id(books.tickets)
    for order_id in promises.placed:
        require(order_id in orders, f"I5 order {order_id} was accepted and is gone")
    for order_id in promises.given_up:
        require(orders[order_id]["reason"] == "buyer", f"I5 order {order_id} was given up, and then was not")
    for ticket_id, price in promises.priced.items():
        told = tickets[ticket_id]["price"]
        require(told == price, f"I5 ticket {ticket_id} was priced {price}, and has {told}")


def check_audit(market: Market, books: Snapshot) -> None:
    """The auditor finds nothing but refunds that a bank has sent back: those are for a person."""
    bounced = {f"order {intent.order_id}" for intent in market.bank.intents.values() if intent.money.refund_failed}
    found = [finding for finding in run_checks(books) if not _is_bounced(finding, bounced)]
    require(not found, "\n".join(map(str, found)))
    for order in books.orders:
        require(order["status"] != "created", f"I8 order {order['_id']} never expired")


def _is_bounced(finding: Finding, bounced: set[str]) -> bool:
    return finding.guarantee == "I2" and finding.where in bounced


async def check_repetition(market: Market, books: Snapshot) -> None:
    """Everything heard again, the newest first: nothing changes, nothing is said, nothing is asked of the bank."""
    asked = [call for call in market.bank.calls if call[0] != "retrieve"]
    for delivery in reversed(market.network.handled):
        await delivery.happen()
    require(_without_users(await market.books()) == _without_users(books), "I6 events heard again changed something")
    now_asked = [call for call in market.bank.calls if call[0] != "retrieve"]
    require(now_asked == asked, f"I6 events heard again asked the bank for {now_asked[len(asked) :]}")


async def check_order(market: Market, books: Snapshot) -> None:
    """Fresh hearers who hear every state once and in order know what the others know."""
    fresh = Market()
    fresh.clock.move((market.clock() - fresh.clock()).total_seconds())
    said = sorted(market.network.stream.values(), key=lambda envelope: envelope.occurred_at)
    fresh.network.publish(said)
    for delivery in fresh.network.pending:
        event = delivery.listener.event.model_validate(delivery.envelope.data)
        if isinstance(event, TicketCreated):
            await fresh.create_ticket(event)
        if isinstance(event, OrderState | TicketState):
            await delivery.happen()
    require(_copies(await fresh.books()) == _copies(books), "I6 hearers who heard it in order know something else")


def _copies(books: Snapshot) -> dict[str, Any]:
    """What each service keeps of what the others own."""
    return {
        "holders": {doc["_id"]: (doc["order_id"], doc["hold"], doc["order_version"]) for doc in books.tickets},
        "known tickets": {doc["_id"]: (doc["version"], doc["title"], doc["price"]) for doc in books.known_tickets},
        "known orders": {doc["_id"]: doc["order"] for doc in books.payments},
        "due times": {doc["_id"]: doc["due_at"] for doc in books.expiries},
    }


def _without_users(books: Snapshot) -> Sequence[object]:
    return books.tickets, books.orders, books.known_tickets, books.payments, books.expiries
