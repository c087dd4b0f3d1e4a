"""What an audit reads, and what it finds."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from ticketing_common.events import OrderStatus
from ticketing_common.messaging import Backlog, DeadLetter

Document = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Snapshot:
    """Documents as the stores keep them, with `_id`; amounts are in minor units.

    `known_tickets` is orders' replica of the tickets; `ledger` is the Stripe emulator's, None where Stripe is used.
    """

    at: datetime
    users: Sequence[Document] = ()
    tickets: Sequence[Document] = ()
    alerts: Sequence[Document] = ()
    orders: Sequence[Document] = ()
    known_tickets: Sequence[Document] = ()
    payments: Sequence[Document] = ()
    expiries: Sequence[Document] = ()
    ledger: Document | None = None
    backlogs: Sequence[Backlog] = ()
    dead_letters: Sequence[DeadLetter] = ()


@dataclass(frozen=True, slots=True, order=True)
class Finding:
    """A guarantee (I1 to I11) that is violated, where, and how."""

    guarantee: str
    where: str
    what: str

    def __str__(self) -> str:
        return f"{self.guarantee}  {self.where}: {self.what}"


@dataclass(frozen=True, slots=True)
class Amounts:
    """The money of one order, in minor units; `disputed` is what a bank has withdrawn."""

    captured: int
    refunded: int
    disputed: int

    @property
    def net(self) -> int:
        """What is left with the seller."""
        return self.captured - self.refunded - self.disputed

    def __str__(self) -> str:
        return f"captured {self.captured}, refunded {self.refunded}, disputed {self.disputed}"


def amounts(payment: Document) -> Amounts:
    """The amounts of a payment document."""
    money = payment["money"]
    return Amounts(money["captured"], money["given_back"] - money["bounced"], money["disputed"] - money["won"])


def by_id(documents: Sequence[Document]) -> dict[str, Document]:
    """The documents by `_id`."""
    return {document["_id"]: document for document in documents}


def is_live(order: Document) -> bool:
    """Whether the order holds its ticket."""
    return bool(order["status"] != OrderStatus.CANCELLED)


def is_complete(order: Document) -> bool:
    """Whether the order is paid."""
    return bool(order["status"] == OrderStatus.COMPLETE)
