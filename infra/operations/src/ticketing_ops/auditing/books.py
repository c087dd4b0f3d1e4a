"""What an audit reads, and what it finds."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from ticketing_common.events import OrderStatus
from ticketing_common.messaging import Backlog, DeadLetter

Document = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Books:
    """Everything as it was at one look, as the stores keep it: documents with `_id`, amounts in minor units.

    `known_tickets` is what orders has heard of tickets; `ledger` is the Stripe emulator's, None where Stripe itself
    is used.
    """

    at: datetime
    users: Sequence[Document] = ()
    tickets: Sequence[Document] = ()
    orders: Sequence[Document] = ()
    known_tickets: Sequence[Document] = ()
    payments: Sequence[Document] = ()
    expiries: Sequence[Document] = ()
    ledger: Document | None = None
    backlogs: Sequence[Backlog] = ()
    parked: Sequence[DeadLetter] = ()


@dataclass(frozen=True, slots=True, order=True)
class Finding:
    """A promise (I1 to I8 of the design) that is not kept, where, and in what way."""

    promise: str
    where: str
    what: str

    def __str__(self) -> str:
        return f"{self.promise}  {self.where}: {self.what}"


@dataclass(frozen=True, slots=True)
class Moved:
    """What became of the money of an order, in minor units; `held` is what a bank has taken back in a dispute."""

    captured: int
    refunded: int
    held: int

    @property
    def kept(self) -> int:
        """What is left with the seller."""
        return self.captured - self.refunded - self.held

    def __str__(self) -> str:
        return f"captured {self.captured}, refunded {self.refunded}, disputed {self.held}"


def moved(payment: Document) -> Moved:
    """The figures of a document of payments."""
    money = payment["money"]
    return Moved(money["captured"], money["given_back"] - money["bounced"], money["disputed"] - money["won"])


def by_id(documents: Sequence[Document]) -> dict[str, Document]:
    """The documents by their ids."""
    return {document["_id"]: document for document in documents}


def is_live(order: Document) -> bool:
    """Whether the order holds its ticket."""
    return bool(order["status"] != OrderStatus.CANCELLED)


def is_complete(order: Document) -> bool:
    """Whether the order is paid."""
    return bool(order["status"] == OrderStatus.COMPLETE)
