"""Sample tickets: what they cost, and what is said when they cannot be listed."""

import pytest

from ticketing_common.currency import CURRENCIES, USD, Currency
from ticketing_ops.errors import OperationError
from ticketing_ops.seed.catalogue import TICKETS
from ticketing_ops.seed.shop import Seller, list_samples, price_in


def test_there_are_forty_tickets_with_different_titles() -> None:
    assert len({title for title, _ in TICKETS}) == len(TICKETS) == 40


@pytest.mark.parametrize("currency", CURRENCIES.values(), ids=list(CURRENCIES))
def test_prices_are_valid_in_every_currency(currency: Currency) -> None:
    assert all(currency.price(price_in(currency, cents)) for _, cents in TICKETS)


def test_prices_are_dollars() -> None:
    assert price_in(USD, 14_550) == 145.5


def test_stack_that_does_not_respond_is_one_line() -> None:
    with pytest.raises(OperationError, match=r"^http://127.0.0.1:1 does not respond \(ConnectError\): is it running"):
        list_samples("http://127.0.0.1:1", [Seller("ada@example.com", "secret")])
