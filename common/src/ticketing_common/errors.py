"""The errors that a client may see, with their HTTP statuses. Services add subclasses next to the rules they guard.

AppError                    500
├── InvalidRequest          400  a field or the whole request is invalid
├── InvalidState            400  valid, but not possible in the current state
├── NotAuthenticated        401  no valid session
├── Forbidden               401  signed in, but not the owner (the original responds 401, so do we)
├── PaymentDeclined         402
├── CrossSiteRequest        403  a browser sends it for another site's page
├── NotFound                404
├── AccountChanged          409  the page was rendered for another account
├── PreconditionFailed      412  the resource is no longer the version that the client names
├── PayloadTooLarge         413
├── KeyReused               422  its Idempotency-Key is another request's
├── TooManyRequests         429  too often or too soon; carries Retry-After
└── Unavailable             503  a dependency is unavailable; carries Retry-After
"""

from collections.abc import Sequence
from typing import ClassVar, TypedDict


class ErrorItem(TypedDict, total=False):
    """One entry of the error envelope `{"errors": [{"message", "field"?}]}`."""

    message: str
    field: str


class AppError(Exception):
    """An error with an HTTP status and a message for the client."""

    status: ClassVar[int] = 500
    message: str = "Something went wrong on our side. Try again in a moment."

    def __init__(self, message: str | None = None, *, field: str | None = None) -> None:
        self.message = message or self.message
        self.field = field
        super().__init__(self.message)

    def items(self) -> list[ErrorItem]:
        """The entries of the error envelope."""
        if self.field is None:
            return [{"message": self.message}]
        return [{"message": self.message, "field": self.field}]


class InvalidRequest(AppError):
    """The request is invalid; each item names a field and what is wrong with it."""

    status = 400
    message = "The request is invalid."

    def __init__(
        self, message: str | None = None, *, field: str | None = None, items: Sequence[ErrorItem] = ()
    ) -> None:
        super().__init__(message, field=field)
        self._items = list(items)

    def items(self) -> list[ErrorItem]:
        return self._items or super().items()


class InvalidState(AppError):
    """The request is valid, but the current state does not allow it."""

    status = 400
    message = "This action is no longer possible."


class NotAuthenticated(AppError):
    """The request has no valid session."""

    status = 401
    message = "Not authorized: sign in first."


class Forbidden(AppError):
    """The session is valid, but the resource belongs to another user."""

    status = 401
    message = "Not authorized: this belongs to another user."


class PaymentDeclined(AppError):
    """The card was declined; the message is the bank's reason in plain words."""

    status = 402
    message = "The card was declined. Nothing was charged. Try another card."


class CrossSiteRequest(AppError):
    """A browser sends the request for a page of another site."""

    status = 403
    message = "This request comes from another site. Open Ticketing itself and try again."


class NotFound(AppError):
    """No such resource, or no such route."""

    status = 404
    message = "Not found."


class AccountChanged(AppError):
    """The session belongs to another user than the one that the page was rendered for."""

    status = 409
    message = "You are signed in with another account now. Reload the page."


class PreconditionFailed(AppError):
    """The resource has another version than the client expects."""

    status = 412
    message = "This has changed since you loaded it. Reload it, then make your change again."


class PayloadTooLarge(AppError):
    """The body is larger than any valid request."""

    status = 413
    message = "The request body is too large."


class KeyReused(AppError):
    """The user has sent another request with this Idempotency-Key."""

    status = 422
    message = "This Idempotency-Key was used for another request. Send a new one with each new request."


class TooManyRequests(AppError):
    """The request comes too soon: it may succeed in `retry_after` seconds."""

    status = 429
    message = "Too many requests. Try again later."

    def __init__(self, message: str | None = None, *, retry_after: int = 60) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class Unavailable(AppError):
    """A dependency (database, broker, Stripe) is unavailable; the same request may succeed soon.

    Raised in a listener, it has the message redelivered without a limit.
    """

    status = 503
    message = "The service is temporarily unavailable. Try again in a few seconds."

    def __init__(self, message: str | None = None, *, retry_after: int = 2) -> None:
        super().__init__(message)
        self.retry_after = retry_after
