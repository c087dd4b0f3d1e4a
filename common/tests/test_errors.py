"""Errors carry their status and words that the caller may read."""

import pytest

from ticketing_common import errors
from ticketing_common.errors import AppError, InvalidRequest, NotFound, Unavailable


@pytest.mark.parametrize(
    ("kind", "status"),
    [
        (AppError, 500),
        (errors.InvalidRequest, 400),
        (errors.InvalidState, 400),
        (errors.NotAuthenticated, 401),
        (errors.Forbidden, 401),
        (errors.PaymentDeclined, 402),
        (errors.NotFound, 404),
        (errors.PayloadTooLarge, 413),
        (errors.Unavailable, 503),
    ],
)
def test_each_error_has_its_status_and_words_of_its_own(kind: type[AppError], status: int) -> None:
    error = kind()
    assert error.status == status
    assert error.items() == [{"message": kind.message}]


def test_the_list_above_is_all_there_are() -> None:
    assert len(AppError.__subclasses__()) == 8


def test_an_error_tells_its_field_where_it_has_one() -> None:
    assert NotFound("No such ticket.", field="id").items() == [{"message": "No such ticket.", "field": "id"}]


def test_an_invalid_request_may_tell_of_several_fields() -> None:
    items: list[errors.ErrorItem] = [{"message": "a", "field": "x"}, {"message": "b", "field": "y"}]
    assert InvalidRequest(items=items).items() == items


def test_an_outage_tells_when_to_try_again() -> None:
    assert Unavailable(retry_after=7).retry_after == 7
