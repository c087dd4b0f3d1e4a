"""A snapshot without findings: one ticket sold, one whose late payment was refunded, one reserved, one free."""

from datetime import UTC, datetime, timedelta
from typing import Any

from ticketing_ops.audit.snapshot import Snapshot

NOW = datetime(2030, 5, 1, 12, tzinfo=UTC)
DUE = NOW + timedelta(minutes=10)
Document = dict[str, Any]


def clean_snapshot() -> Snapshot:
    """Fresh at each call, so that a test may change it."""
    return Snapshot(
        at=NOW,
        users=[{"_id": name, "email_key": f"{name}@example.com"} for name in ("seller", "buyer")],
        tickets=[ticket("t-sold", "sold"), ticket("t-late", None), ticket("t-held", "open"), ticket("t-free", None)],
        alerts=[{"_id": "t-held:buyer", "ticket_id": "t-held", "user_id": "buyer", "state": "waiting"}],
        orders=[sold(), late(), held()],
        known_tickets=[known(name) for name in ("t-sold", "t-late", "t-held", "t-free")],
        payments=[
            payment("sold", intent_id="pi_sold", captured=1250, status="complete"),
            payment("late", intent_id="pi_late", captured=1250, given_back=1250, status="cancelled", reason="expired"),
            payment("open", intent_id=None, captured=0, status="created"),
        ],
        expiries=[{"_id": name, "due_at": DUE, "outbox": []} for name in ("sold", "late", "open")],
        ledger=ledger(),
    )


def ticket(ticket_id: str, order_id: str | None) -> Document:
    """As tickets keeps it."""
    was_ordered = ticket_id != "t-free"
    return {
        "_id": ticket_id,
        "user_id": "seller",
        "title": "Opera",
        "price": 1250,
        "version": 2,
        "order_id": order_id,
        "buyable": order_id is None,
        "hold": 1 if was_ordered else -1,
        "order_version": 0 if was_ordered else -1,
        "outbox": [],
    }


def known(ticket_id: str) -> Document:
    """As orders keeps it."""
    return {"_id": ticket_id, "version": 2, "title": "Opera", "price": 1250}


def order(order_id: str, ticket_id: str, status: str, *steps: str, reason: str | None = None) -> Document:
    """As orders keeps it, one version on with each step; not paid."""
    return {
        "_id": order_id,
        "version": len(steps) - 1,
        "hold": 1,
        "status": status,
        "live": status != "cancelled",
        "user_id": "buyer",
        "expires_at": DUE,
        "ticket": {"id": ticket_id, "title": "Opera", "price": 1250},
        "reason": reason,
        "payments": {},
        "judged": {},
        "history": [{"step": step} for step in steps],
        "outbox": [],
    }


def sold() -> Document:
    """Complete."""
    paid = order("sold", "t-sold", "complete", "reserved", "completed")
    return {**paid, "judged": {"p-sold": None}, "payments": {"p-sold": shown(captured=1250)}}


def late() -> Document:
    """Expired before its payment came, which went back."""
    expired = order("late", "t-late", "cancelled", "reserved", "expired", "refund_due", reason="expired")
    return {**expired, "judged": {"p-late": "expired"}, "payments": {"p-late": shown(captured=1250, refunded=1250)}}


def held() -> Document:
    """Open."""
    return order("open", "t-held", "created", "reserved")


def shown(*, captured: int, refunded: int = 0, disputed: int = 0) -> Document:
    """A payment as an order shows it."""
    return {"version": 1, "captured": captured, "refunded": refunded, "disputed": disputed}


def payment(
    order_id: str,
    *,
    intent_id: str | None,
    captured: int,
    status: str,
    given_back: int = 0,
    reason: str | None = None,
) -> Document:
    """As payments keeps it."""
    return {
        "_id": order_id,
        "id": f"p-{order_id}",
        "version": 1,
        "intent_id": intent_id,
        "order": {"version": 0, "status": status, "reason": reason, "price": 1250},
        "money": money(captured, given_back),
        "refund": {"id": f"r-{order_id}", "reason": "expired", "done": True} if given_back else None,
        "outbox": [],
    }


def money(captured: int, given_back: int) -> Document:
    """Without disputes."""
    return {"captured": captured, "given_back": given_back, "bounced": 0, "disputed": 0, "won": 0, "lost": 0}


def ledger() -> Document:
    """As the emulator shows it."""
    return {
        "payment_intents": [
            {"id": f"pi_{name}", "amount_received": 1250, "metadata": {"order_id": name}} for name in ("sold", "late")
        ],
        "refunds": [{"id": "re_1", "payment_intent": "pi_late", "amount": 1250, "status": "succeeded"}],
        "disputes": [],
    }
