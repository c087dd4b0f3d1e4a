"""Let a system converge by itself, and check what must hold then: I2, I3, I4, I5, I6, I8, I10 and I11."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from tests.model.invariants import require
from tests.model.system import System

from ticketing_common.events import OrderState, TicketCreated, TicketState
from ticketing_ops.audit import run_checks
from ticketing_ops.audit.snapshot import Finding, Snapshot, by_id
from ticketing_tickets.alerts.domain import AlertState

_RECONCILER_INTERVAL_SECONDS = 3_660
_MAX_ROUNDS = 200
_QUIET_ROUNDS = 4


@dataclass
class AcceptedWrites:
    """What was accepted: orders placed and cancelled, tickets withdrawn, and the price of each ticket."""

    placed: set[str] = field(default_factory=set)
    cancelled: set[str] = field(default_factory=set)
    withdrawn: set[str] = field(default_factory=set)
    prices: dict[str, int] = field(default_factory=dict)


async def converge(system: System, *, newest_first: bool = False, bank_approves: bool = True) -> None:
    """Everything that is away comes back, and time passes until nothing changes any more."""
    system.bank.is_down, system.bank.loses_response_of, system.write_faults.fails_after = False, None, -1
    quiet = 0
    for _ in range(_MAX_ROUNDS):
        changes = await system.relay() + await system.handle_webhooks()
        for _ in range(len(system.network.pending)):
            changes += await system.network.deliver(-1 if newest_first else 0)
        if changes:
            quiet = 0
        elif quiet == _QUIET_ROUNDS and not system.network.pending:
            return
        else:
            await (_pass_time(system) if quiet else _let_banks_decide(system, approves=bank_approves))
            quiet += 1
    raise AssertionError(f"I8 it never converges; under way: {[str(item) for item in system.network.pending]}")


async def _let_banks_decide(system: System, *, approves: bool) -> None:
    """Before time passes, so that a late payment may meet a ticket that has a new buyer."""
    for intent_id in system.bank.intents:
        system.bank.close_dispute(intent_id, won=approves)
        system.bank.decide(intent_id, approves=approves)


async def _pass_time(system: System) -> None:
    system.clock.move(_RECONCILER_INTERVAL_SECONDS)
    await system.fire()
    await system.reconcile()
    await system.settle_alerts()


def check_accepted_writes(accepted: AcceptedWrites, snapshot: Snapshot) -> None:
    """What was accepted is stored."""
    orders, tickets = by_id(snapshot.orders), by_id(snapshot.tickets)
    for order_id in accepted.placed:
        require(order_id in orders, f"I5 order {order_id} was accepted and is gone")
    for order_id in accepted.cancelled:
        require(orders[order_id]["reason"] == "buyer", f"I5 the cancellation of order {order_id} is gone")
    for ticket_id in accepted.withdrawn:
        require(tickets[ticket_id]["withdrawn"], f"I5 the withdrawal of ticket {ticket_id} is gone")
        require(not tickets[ticket_id]["buyable"], f"I10 ticket {ticket_id} was withdrawn, and is on sale")
    for ticket_id, price in accepted.prices.items():
        stored = tickets[ticket_id]["price"]
        require(stored == price, f"I5 ticket {ticket_id} was priced {price}, and has {stored}")


def check_alerts(snapshot: Snapshot) -> None:
    """Who still waits, waits for a reserved ticket, and only of those the e-mail address is stored."""
    tickets = by_id(snapshot.tickets)
    for alert in snapshot.alerts:
        ticket, is_waiting = tickets[alert["ticket_id"]], alert["state"] == AlertState.WAITING
        reserved = ticket["order_id"] is not None and ticket["order_version"] == 0
        require(reserved or not is_waiting, f"I11 alert {alert['_id']} still waits")
        require(("email" in alert) == is_waiting, f"the e-mail address of {alert['_id']} is stored: {alert['state']}")


def check_audit(system: System, snapshot: Snapshot) -> None:
    """The audit finds nothing but refunds that failed at the bank: those need a person."""
    failed = {f"order {intent.order_id}" for intent in system.bank.intents.values() if intent.money.refund_failed}
    findings = [item for item in run_checks(snapshot) if not _is_failed_refund(item, failed)]
    require(not findings, "\n".join(map(str, findings)))
    for order in snapshot.orders:
        require(order["status"] != "created", f"I8 order {order['_id']} never expired")


def _is_failed_refund(finding: Finding, failed: set[str]) -> bool:
    return finding.guarantee == "I2" and finding.where in failed


async def check_redelivery(system: System, snapshot: Snapshot) -> None:
    """Every event delivered again, the newest first, changes nothing, publishes nothing and moves no money."""
    calls = [call for call in system.bank.calls if call[0] != "retrieve"]
    for delivery in reversed(system.network.handled):
        await delivery.handle()
    require(_documents(await system.snapshot()) == _documents(snapshot), "I6 redelivered events changed something")
    calls_now = [call for call in system.bank.calls if call[0] != "retrieve"]
    require(calls_now == calls, f"I6 redelivered events called Stripe: {calls_now[len(calls) :]}")


async def check_order_of_events(system: System, snapshot: Snapshot) -> None:
    """Fresh services that receive each state once and in order store the same."""
    fresh = System()
    fresh.clock.move((system.clock() - fresh.clock()).total_seconds())
    fresh.network.publish(sorted(system.network.stream.values(), key=lambda envelope: envelope.occurred_at))
    for delivery in fresh.network.pending:
        event = delivery.listener.event.model_validate(delivery.envelope.data)
        if isinstance(event, TicketCreated):
            await fresh.create_ticket(event.id, event.price)
        if isinstance(event, OrderState | TicketState):
            await delivery.handle()
    same = _replicas(await fresh.snapshot()) == _replicas(snapshot)
    require(same, "I6 services that receive the events in order store something else")


def _replicas(snapshot: Snapshot) -> dict[str, Any]:
    """What each service stores of what the others own."""
    return {
        "holders": {doc["_id"]: (doc["order_id"], doc["hold"], doc["order_version"]) for doc in snapshot.tickets},
        "known tickets": {
            doc["_id"]: (doc["version"], doc["title"], doc["price"], doc["withdrawn"]) for doc in snapshot.known_tickets
        },
        "known orders": {doc["_id"]: doc["order"] for doc in snapshot.payments},
        "due times": {doc["_id"]: doc["due_at"] for doc in snapshot.expiries},
    }


def _documents(snapshot: Snapshot) -> Sequence[object]:
    services = snapshot.tickets, snapshot.orders, snapshot.known_tickets, snapshot.payments, snapshot.expiries
    return *services, snapshot.alerts
