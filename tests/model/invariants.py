"""What must hold at every moment, also while events are under way: I1, I9 to I11, legal paths, what only grows."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime
from itertools import permutations
from typing import Any

from tests.model.bank import Bank
from tests.model.system import RULES

from ticketing_ops.audit.snapshot import Snapshot, by_id, is_live
from ticketing_tickets.domain import Availability

Document = Mapping[str, Any]
State = tuple[str, str | None]

CREATED: State = ("created", None)
EXPIRED: State = ("cancelled", "expired")
BY_BUYER: State = ("cancelled", "buyer")
COMPLETE: State = ("complete", None)
# Between two checks an order may have taken several steps.
LEGAL = {
    *((CREATED, after) for after in (CREATED, EXPIRED, BY_BUYER, COMPLETE)),
    *((EXPIRED, after) for after in (EXPIRED, BY_BUYER, COMPLETE)),
    (BY_BUYER, BY_BUYER),
    (COMPLETE, COMPLETE),
}


class Violation(AssertionError):
    """A guarantee does not hold."""


def require(holds: bool, what: str) -> None:
    """Violation, with this text, unless it holds."""
    if not holds:
        raise Violation(what)


class Invariants:
    """Compares each snapshot with the one before."""

    def __init__(self, bank: Bank) -> None:
        self._bank = bank
        self._before = Snapshot(at=datetime.min)

    def check(self, snapshot: Snapshot) -> None:
        """Violation, naming the guarantee, if one does not hold."""
        _one_live_order_per_ticket(snapshot)
        _limited_reservations(snapshot)
        self._orders(by_id(self._before.orders), by_id(snapshot.orders), snapshot.at)
        self._payments(by_id(self._before.payments), by_id(snapshot.payments))
        _only_newer(self._before, snapshot)
        _withdrawn_is_off_sale(self._before, snapshot)
        self._refunds()
        self._before = snapshot

    def _orders(self, before: Mapping[str, Document], after: Mapping[str, Document], now: datetime) -> None:
        for order_id in before:
            require(order_id in after, f"I5 order {order_id} is gone")
        for order_id, new in after.items():
            old = before.get(order_id, {**new, "status": "created", "reason": None, "judged": {}, "history": []})
            path = (old["status"], old["reason"]), (new["status"], new["reason"])
            require(path in LEGAL, f"I6 order {order_id} went from {path[0]} to {path[1]}")
            require(new["version"] >= old["version"], f"I6 order {order_id} went back to version {new['version']}")
            require(new["hold"] >= old["hold"], f"I1 order {order_id} went back to hold {new['hold']}")
            require(_extends(new["history"], old["history"]), f"I6 the history of order {order_id} was changed")
            require(old["judged"].items() <= new["judged"].items(), f"I3 a settlement of order {order_id} was changed")
            if path[1] == EXPIRED != path[0]:
                require(now >= new["expires_at"], f"§3 order {order_id} expired before its time")

    def _payments(self, before: Mapping[str, Document], after: Mapping[str, Document]) -> None:
        for order_id, new in after.items():
            old = before.get(order_id, new)
            require(new["id"] == old["id"], f"I6 the payment of order {order_id} has another id")
            require(new["version"] >= old["version"], f"I6 the payment of order {order_id} went back in version")
            require(all(new["money"][name] >= was for name, was in old["money"].items()), "I2 money became less")
            require(_same_refund(old["refund"], new["refund"]), f"I2 the refund of order {order_id} was changed")
            newer = new["order"]["version"] >= old["order"]["version"]
            require(newer, f"I6 payments went back to an older copy of order {order_id}")

    def _refunds(self) -> None:
        for intent in self._bank.intents.values():
            money, asked = intent.money, self._bank.refund_ids.get(intent.id, ())
            require(len(asked) <= 1, f"I3 {intent.id} was refunded under {len(asked)} ids")
            require(money.refund_requested <= money.captured <= intent.amount, f"I2 {intent.id} has moved {money}")


def check_told(told: Sequence[tuple[str, Availability]]) -> None:
    """Violation if a user was told twice of one alert, or of a ticket that could not be bought."""
    times = Counter(alert_id for alert_id, _ in told)
    require(max(times.values(), default=1) == 1, f"I11 a user was told twice: {times}")
    for alert_id, availability in told:
        require(availability is Availability.ON_SALE, f"I11 alert {alert_id} told of a ticket that was {availability}")


def _one_live_order_per_ticket(snapshot: Snapshot) -> None:
    live = Counter(order["ticket"]["id"] for order in snapshot.orders if is_live(order))
    for ticket_id, times in live.items():
        require(times == 1, f"I1 ticket {ticket_id} has {times} live orders")
    holds = Counter((order["ticket"]["id"], order["hold"]) for order in snapshot.orders)
    require(max(holds.values(), default=1) == 1, f"I1 a hold was used twice: {holds}")


def _limited_reservations(snapshot: Snapshot) -> None:
    open_orders = [(order["user_id"], order["slot"]) for order in snapshot.orders if order["status"] == "created"]
    require(len(set(open_orders)) == len(open_orders), f"I9 two open orders of a buyer have one slot: {open_orders}")
    outside = [slot for _, slot in open_orders if slot not in range(RULES.max_open)]
    require(not outside, f"I9 the slots {outside} are above the limit")
    for earlier, later in permutations(snapshot.orders, 2):
        same = [(order["ticket"]["id"], order["user_id"]) for order in (earlier, later)]
        if same[0] == same[1] and earlier["created_at"] < later["created_at"]:
            waited = later["created_at"] - _released_at(earlier)
            require(waited >= RULES.cooldown, f"I9 order {later['_id']} came {waited} after {earlier['_id']} had ended")


def _released_at(order: Document) -> datetime:
    moment: datetime = next(entry["at"] for entry in order["history"] if entry["step"] in ("cancelled", "expired"))
    return moment


def _only_newer(before: Snapshot, after: Snapshot) -> None:
    tickets, known = by_id(after.tickets), by_id(after.known_tickets)
    for old in before.tickets:
        new = tickets[old["_id"]]
        require(new["version"] >= old["version"], f"I6 ticket {old['_id']} went back to version {new['version']}")
        fences = [(ticket["hold"], ticket["order_version"]) for ticket in (old, new)]
        require(fences[0] <= fences[1], f"I4 ticket {old['_id']} went back to an older order: {fences}")
    for old in before.known_tickets:
        newer = known[old["_id"]]["version"] >= old["version"]
        require(newer, f"I6 orders went back to an older ticket {old['_id']}")


def _withdrawn_is_off_sale(before: Snapshot, after: Snapshot) -> None:
    """Once orders knows of a withdrawal, no order reserves the ticket, and none is reinstated."""
    withdrawn = {ticket["_id"] for ticket in before.known_tickets if ticket["withdrawn"]}
    holds = {order["_id"]: order["hold"] for order in before.orders}
    for order in after.orders:
        if order["ticket"]["id"] in withdrawn:
            require(order["hold"] == holds.get(order["_id"]), f"I10 order {order['_id']} holds a withdrawn ticket anew")


def _same_refund(old: Document | None, new: Document | None) -> bool:
    return old is None or (new is not None and (new["id"], new["reason"]) == (old["id"], old["reason"]))


def _extends(after: list[Any], before: list[Any]) -> bool:
    return after[: len(before)] == before
