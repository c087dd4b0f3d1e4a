"""Every error that a caller may see, each with its HTTP status.

AppError                    500
├── InvalidRequest          400  a field or the whole request makes no sense
├── InvalidState                 400  understood, but the present state does not allow it
├── NotAuthenticated        401  sign in first
├── Forbidden              401  signed in, but it is somebody else's (the original answers 401, so do we)
├── PaymentDeclined         402  the card was refused
├── NotFound                404
├── PayloadTooLarge                413
└── Unavailable             503  a dependency is away or still coming; carries Retry-After
"""

from collections.abc import Sequence
from typing import ClassVar, TypedDict


class ErrorItem(TypedDict, total=False):
    """One entry of the error envelope `{"errors": [{"message", "field"?}]}`."""

    message: str
    field: str


class AppError(Exception):
    """An error with an HTTP status and words that the caller may read."""

    status: ClassVar[int] = 500
    message: str = "Something went wrong on our side. Try again in a moment."

    def __init__(self, message: str | None = None, *, field: str | None = None) -> None:
        self.message = message or self.message
        self.field = field
        super().__init__(self.message)

    def items(self) -> list[ErrorItem]:
        """The entries of the envelope; most errors have one."""
        if self.field is None:
            return [{"message": self.message}]
        return [{"message": self.message, "field": self.field}]


class InvalidRequest(AppError):
    """The request cannot be understood as it is; each item says what to change."""

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
    """The request is well formed, but the present state does not allow it."""

    status = 400
    message = "That is not possible any more."


class NotAuthenticated(AppError):
    """No valid session came with the request."""

    status = 401
    message = "Not authorized: sign in first."


class Forbidden(AppError):
    """The session is valid, the thing belongs to somebody else."""

    status = 401
    message = "Not authorized: this belongs to another user."


class PaymentDeclined(AppError):
    """The card was refused; the message is the bank's reason in the buyer's words."""

    status = 402
    message = "The card was declined. Nothing was charged. Try another card."


class NotFound(AppError):
    """There is no such thing, or no such route."""

    status = 404
    message = "Not found."


class PayloadTooLarge(AppError):
    """The body is larger than any request that makes sense here."""

    status = 413
    message = "The request body is too large."


class Unavailable(AppError):
    """A dependency (database, broker, Stripe) is away or not ready; the same request may succeed soon.

    Listeners take it as an outage: the message comes back until the dependency does, and is never parked.
    """

    status = 503
    message = "The service is not ready yet. Try again in a few seconds."

    def __init__(self, message: str | None = None, *, retry_after: int = 2) -> None:
        super().__init__(message)
        self.retry_after = retry_after
