"""What a 2xx response accepted, and what must be stored and published afterwards (I5)."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

from ticketing_common.currency import USD
from ticketing_common.events import OrderStatus, Subject
from ticketing_ops.load.record import Json, Record
from ticketing_test_support.load.state import StoredState


class Write(Protocol):
    """A write that was accepted."""

    def problems(self, state: StoredState) -> Iterator[str]:
        """What is missing, as text."""


@dataclass(frozen=True, slots=True)
class AccountCreated:
    """A user signed up."""

    user_id: str

    def problems(self, state: StoredState) -> Iterator[str]:
        if self.user_id not in state.users:
            yield f"account {self.user_id} is gone"


@dataclass(frozen=True, slots=True)
class TicketSaved:
    """A ticket was created (version 0) or edited. `price` is in minor units."""

    ticket_id: str
    version: int
    title: str
    price: int

    def problems(self, state: StoredState) -> Iterator[str]:
        where, ticket = f"ticket {self.ticket_id}, version {self.version}", state.tickets.get(self.ticket_id)
        if ticket is None or ticket["version"] < self.version:
            yield f"{where} is gone"
        elif ticket["version"] == self.version and (ticket["title"], ticket["price"]) != (self.title, self.price):
            yield f"{where} has another title or price"
        subject = Subject.TICKET_UPDATED if self.version else Subject.TICKET_CREATED
        events = state.published(subject, self.ticket_id)
        published = {(event["version"], event["title"], event["price"]) for event in events}
        if (self.version, self.title, self.price) not in published:
            yield f"{where}: {subject} was not published"


@dataclass(frozen=True, slots=True)
class TicketWithdrawn:
    """A ticket that nobody had ordered was taken off sale, for good."""

    ticket_id: str

    def problems(self, state: StoredState) -> Iterator[str]:
        where, ticket = f"ticket {self.ticket_id}", state.tickets.get(self.ticket_id)
        if ticket is None or ticket["buyable"] or not ticket.get("withdrawn"):
            yield f"{where} is no longer withdrawn"
        if not state.published(Subject.TICKET_WITHDRAWN, self.ticket_id):
            yield f"{where}: ticket.withdrawn was not published"


@dataclass(frozen=True, slots=True)
class OrderPlaced:
    """An order holds a ticket at this price, in minor units."""

    order_id: str
    ticket_id: str
    price: int

    def problems(self, state: StoredState) -> Iterator[str]:
        where, order = f"order {self.order_id}", state.orders.get(self.order_id)
        if order is None or (order["ticket"]["id"], order["ticket"]["price"]) != (self.ticket_id, self.price):
            yield f"{where} of ticket {self.ticket_id} at {self.price} is gone"
        if not state.published(Subject.ORDER_CREATED, self.order_id):
            yield f"{where}: order.created was not published"


@dataclass(frozen=True, slots=True)
class OrderCancelled:
    """The buyer cancelled an order, for good."""

    order_id: str

    def problems(self, state: StoredState) -> Iterator[str]:
        where, order = f"order {self.order_id}", state.orders.get(self.order_id)
        if order is None or (order["status"], order["reason"]) != (OrderStatus.CANCELLED, "buyer"):
            yield f"{where} is no longer cancelled"
        if all(event["reason"] != "buyer" for event in state.published(Subject.ORDER_CANCELLED, self.order_id)):
            yield f"{where}: order.cancelled was not published"


@dataclass(frozen=True, slots=True)
class PaymentCaptured:
    """A card was charged: the order is complete, or the money was refunded in full."""

    order_id: str
    payment_id: str

    def problems(self, state: StoredState) -> Iterator[str]:
        where, payment = f"payment {self.payment_id} of order {self.order_id}", state.payments.get(self.order_id)
        if payment is None or payment["id"] != self.payment_id or not payment["money"]["captured"]:
            yield f"{where} is gone"
            return
        if not state.published(Subject.PAYMENT_CREATED, self.payment_id):
            yield f"{where}: payment.created was not published"
        order = state.orders.get(self.order_id, {})
        is_refunded = payment["money"]["given_back"] == payment["money"]["captured"]
        if (order.get("status") == OrderStatus.COMPLETE) == is_refunded:
            yield f"{where}: the order is {order.get('status')}, and the money: {payment['money']}"


class AcceptedWrites(Record):
    """Remembers each write, in addition to what every load run counts."""

    def __init__(self) -> None:
        super().__init__()
        self.accepted: list[Write] = []

    def count(self, kind: type[Write]) -> int:
        """How many writes of this kind were accepted."""
        return sum(isinstance(write, kind) for write in self.accepted)

    def account_created(self, user_id: str) -> None:
        self.accepted.append(AccountCreated(user_id))

    def ticket_saved(self, ticket: Json) -> None:
        price = USD.to_minor(ticket["price"])
        self.accepted.append(TicketSaved(ticket["id"], ticket["version"], ticket["title"], price))

    def ticket_withdrawn(self, ticket_id: str) -> None:
        self.accepted.append(TicketWithdrawn(ticket_id))

    def order_placed(self, order: Json) -> None:
        price = USD.to_minor(order["ticket"]["price"])
        self.accepted.append(OrderPlaced(order["id"], order["ticket"]["id"], price))

    def order_cancelled(self, order_id: str) -> None:
        self.accepted.append(OrderCancelled(order_id))

    def payment_captured(self, order_id: str, payment_id: str) -> None:
        self.accepted.append(PaymentCaptured(order_id, payment_id))
