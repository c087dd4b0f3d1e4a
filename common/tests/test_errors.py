"""Errors carry their status and a message for the client."""

import pytest

from ticketing_common import errors
from ticketing_common.errors import AppError, ErrorItem, InvalidRequest, NotFound

STATUSES: dict[type[AppError], int] = {
    AppError: 500,
    errors.InvalidRequest: 400,
    errors.InvalidState: 400,
    errors.NotAuthenticated: 401,
    errors.Forbidden: 401,
    errors.PaymentDeclined: 402,
    errors.CrossSiteRequest: 403,
    errors.NotFound: 404,
    errors.AccountChanged: 409,
    errors.PreconditionFailed: 412,
    errors.PayloadTooLarge: 413,
    errors.KeyReused: 422,
    errors.TooManyRequests: 429,
    errors.Unavailable: 503,
}


@pytest.mark.parametrize(("kind", "status"), STATUSES.items())
def test_error_has_a_status_and_a_default_message(kind: type[AppError], status: int) -> None:
    assert (kind().status, kind().items()) == (status, [{"message": kind.message}])


def test_every_error_is_listed_above() -> None:
    ours = {kind for kind in AppError.__subclasses__() if kind.__module__ == errors.__name__}
    assert {AppError, *ours} == set(STATUSES)


def test_items_name_the_fields() -> None:
    assert NotFound("No such ticket.", field="id").items() == [{"message": "No such ticket.", "field": "id"}]
    items: list[ErrorItem] = [{"message": "a", "field": "x"}, {"message": "b", "field": "y"}]
    assert InvalidRequest(items=items).items() == items
