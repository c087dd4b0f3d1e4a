"""A search among the tickets on sale, and the ranges of index keys that it consists of."""

import re
from dataclasses import dataclass, replace
from enum import StrEnum

from ticketing_common.errors import InvalidRequest
from ticketing_common.ids import PATTERN
from ticketing_tickets.domain import Ticket
from ticketing_tickets.terms import ANY

CURSOR_PATTERN = f"([0-9]{{1,8}}_)?{PATTERN}"

Key = tuple[int, str]
"""A ticket's place in the order of a search: its price (0 where the order is by age) and its id."""

# Stripe's limit of eight digits, in every currency.
MAX_PRICE = 99_999_999
# Below and above all ids, which are hex digits.
FIRST_ID, LAST_ID = "", "g"
# An index is entered by one term; so many of the longest, which are the rarest as a rule, are considered.
_MAX_DRIVING_TERMS = 3


class Sort(StrEnum):
    """The order of a list of tickets. Equal prices are ordered by id, in the same direction."""

    NEWEST = "newest"
    CHEAPEST = "price"
    DEAREST = "-price"


@dataclass(frozen=True, slots=True)
class KeyRange:
    """The keys of tickets with `term` from `low` to below `high`: in order of price, or else of age."""

    term: str
    by_price: bool
    low: Key = (0, FIRST_ID)
    high: Key = (MAX_PRICE, LAST_ID)

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to look for."""
        return self.low >= self.high


@dataclass(frozen=True, slots=True)
class Search:
    """All `terms` (terms.py), and prices in minor units from `min_price` to `max_price`."""

    terms: tuple[str, ...] = (ANY,)
    sort: Sort = Sort.NEWEST
    min_price: int = 0
    max_price: int = MAX_PRICE

    @property
    def limits_price(self) -> bool:
        """Whether not all prices match."""
        return self.min_price > 0 or self.max_price < MAX_PRICE

    @property
    def is_filtered(self) -> bool:
        """Whether not all tickets match."""
        return self.terms != (ANY,) or self.limits_price

    @property
    def driving_terms(self) -> list[str]:
        """The terms by which an index may be entered."""
        return sorted(self.terms, key=len, reverse=True)[:_MAX_DRIVING_TERMS]

    @property
    def by_price(self) -> bool:
        """Whether the order is by price."""
        return self.sort is not Sort.NEWEST

    @property
    def ascending(self) -> bool:
        """The direction of prices and ids."""
        return self.sort is Sort.CHEAPEST

    def key(self, ticket: Ticket) -> Key:
        """The ticket's place."""
        return (ticket.price if self.by_price else 0, ticket.id)

    def cursor(self, key: Key) -> str:
        """The place as clients see it: `ID`, or `PRICE_ID`."""
        return f"{key[0]}_{key[1]}" if self.by_price else key[1]

    def parse_cursor(self, cursor: str | None) -> Key | None:
        """The place; InvalidRequest if a list in this order has no such cursor."""
        if cursor is None:
            return None
        price, separator, ticket_id = cursor.rpartition("_")
        if not re.fullmatch(CURSOR_PATTERN, cursor, re.ASCII) or bool(separator) is not self.by_price:
            raise InvalidRequest("after must be what the link to this page says.", field="after")
        return (int(price or 0), ticket_id)

    def keys(self, term: str, after: Key | None) -> KeyRange:
        """In the order of the search, what comes after a key."""
        keys = self.keys_by_price(term) if self.by_price else KeyRange(term, by_price=False)
        if after is None:
            return keys
        if self.ascending:
            return replace(keys, low=max(keys.low, _past(after)))
        return replace(keys, high=min(keys.high, after))

    def keys_by_price(self, term: str) -> KeyRange:
        """In the order of price, whatever that of the search."""
        return KeyRange(term, True, (self.min_price, FIRST_ID), (self.max_price, LAST_ID))

    def until(self, keys: KeyRange, last: Key) -> KeyRange:
        """Of a range in the order of the search, what comes before `last`, and that."""
        return replace(keys, high=_past(last)) if self.ascending else replace(keys, low=last)


EVERYTHING = Search()


def _past(key: Key) -> Key:
    """Just above a key: other ids of the same length are above that."""
    return (key[0], f"{key[1]}0")
