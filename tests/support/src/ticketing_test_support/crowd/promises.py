"""What an answer of 2xx has promised, and what must be there afterwards: the state, and its event (I5)."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

from ticketing_common.events import OrderStatus, Subject
from ticketing_test_support.crowd.evidence import Evidence


class Promise(Protocol):
    """A write that was accepted."""

    def broken(self, evidence: Evidence) -> Iterator[str]:
        """What is missing, in words."""


@dataclass(frozen=True, slots=True)
class Account:
    """Somebody signed up."""

    user_id: str

    def broken(self, evidence: Evidence) -> Iterator[str]:
        if self.user_id not in evidence.users:
            yield f"account {self.user_id} is gone"


@dataclass(frozen=True, slots=True)
class Listing:
    """A ticket was put on sale (version 0) or edited. `price` is in minor units."""

    ticket_id: str
    version: int
    title: str
    price: int

    def broken(self, evidence: Evidence) -> Iterator[str]:
        where, ticket = f"ticket {self.ticket_id}, version {self.version}", evidence.tickets.get(self.ticket_id)
        if ticket is None or ticket["version"] < self.version:
            yield f"{where} is gone"
        elif ticket["version"] == self.version and (ticket["title"], ticket["price"]) != (self.title, self.price):
            yield f"{where} has another title or price"
        subject = Subject.TICKET_UPDATED if self.version else Subject.TICKET_CREATED
        said = evidence.said(subject, self.ticket_id)
        told = {(event["version"], event["title"], event["price"]) for event in said}
        if (self.version, self.title, self.price) not in told:
            yield f"{where}: {subject} was never said"


@dataclass(frozen=True, slots=True)
class Reservation:
    """An order holds a ticket at this price, in minor units."""

    order_id: str
    ticket_id: str
    price: int

    def broken(self, evidence: Evidence) -> Iterator[str]:
        where, order = f"order {self.order_id}", evidence.orders.get(self.order_id)
        if order is None or (order["ticket"]["id"], order["ticket"]["price"]) != (self.ticket_id, self.price):
            yield f"{where} of ticket {self.ticket_id} at {self.price} is gone"
        if not evidence.said(Subject.ORDER_CREATED, self.order_id):
            yield f"{where}: order.created was never said"


@dataclass(frozen=True, slots=True)
class Cancellation:
    """An order was given up by its buyer, for good."""

    order_id: str

    def broken(self, evidence: Evidence) -> Iterator[str]:
        where, order = f"order {self.order_id}", evidence.orders.get(self.order_id)
        if order is None or (order["status"], order["reason"]) != (OrderStatus.CANCELLED, "buyer"):
            yield f"{where} is not cancelled any more"
        if all(event["reason"] != "buyer" for event in evidence.said(Subject.ORDER_CANCELLED, self.order_id)):
            yield f"{where}: order.cancelled was never said"


@dataclass(frozen=True, slots=True)
class Purchase:
    """The card was charged: it bought the order, or the money went back whole."""

    order_id: str
    payment_id: str

    def broken(self, evidence: Evidence) -> Iterator[str]:
        where, payment = f"payment {self.payment_id} of order {self.order_id}", evidence.payments.get(self.order_id)
        if payment is None or payment["id"] != self.payment_id or not payment["money"]["captured"]:
            yield f"{where} is gone"
            return
        if not evidence.said(Subject.PAYMENT_CREATED, self.payment_id):
            yield f"{where}: payment.created was never said"
        order = evidence.orders.get(self.order_id, {})
        is_refunded = payment["money"]["given_back"] == payment["money"]["captured"]
        if (order.get("status") == OrderStatus.COMPLETE) == is_refunded:
            yield f"{where}: the order is {order.get('status')}, and the money is {payment['money']}"
