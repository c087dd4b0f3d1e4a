"""Requests to pay with an Idempotency-Key: each is claimed before Stripe is called, and answered with its result."""

from dataclasses import replace
from datetime import datetime, timedelta

from ticketing_common.idempotency import StoredRequest
from ticketing_payments.domain.payment import Payment

# Whoever has not answered a request for so long may be gone: its twin takes it over. To Stripe, both are one attempt.
LEASE = timedelta(seconds=5)
# Bounds the document's size, far above what the limit of declined cards lets a buyer try in a day.
MAX_REQUESTS = 100


def claim(payment: Payment, request: StoredRequest) -> Payment:
    """The payment with `request`, in progress from now on; unchanged if its twin is in progress, or answered.

    KeyReused if the key is that of another request, of the last day.
    """
    recent = drop_expired(payment, request.at)
    known = recent.request(request.key)
    if known is None:
        return _with(payment, (*recent.requests, request)[-MAX_REQUESTS:])
    known.require_same(request.fingerprint)
    if known.status is not None or request.at - known.at < LEASE:
        return payment
    return _replaced(payment, request)


def answer(payment: Payment, request: StoredRequest) -> Payment:
    """The payment with the response to a request in progress; unchanged if it is answered, or was not in progress."""
    return _replaced(payment, request) if _is_open(payment, request.key) else payment


def release(payment: Payment, key: str) -> Payment:
    """The payment without a request in progress that had no effect."""
    return _with(payment, _others(payment, key)) if _is_open(payment, key) else payment


def drop_expired(payment: Payment, now: datetime) -> Payment:
    """The payment without requests whose keys may be used again."""
    recent = tuple(request for request in payment.requests if not request.is_expired(now))
    return payment if len(recent) == len(payment.requests) else _with(payment, recent)


def _is_open(payment: Payment, key: str) -> bool:
    known = payment.request(key)
    return known is not None and known.status is None


def _replaced(payment: Payment, request: StoredRequest) -> Payment:
    return _with(payment, (*_others(payment, request.key), request))


def _others(payment: Payment, key: str) -> tuple[StoredRequest, ...]:
    return tuple(request for request in payment.requests if request.key != key)


def _with(payment: Payment, requests: tuple[StoredRequest, ...]) -> Payment:
    return replace(payment, version=payment.version + 1, requests=requests)
