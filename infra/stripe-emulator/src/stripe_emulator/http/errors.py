"""Every error response, in Stripe's error shape.

StripeError
├── InvalidRequest          400  a parameter is missing, unknown or invalid
│   ├── ResourceMissing     404  no such object
│   └── UnexpectedState     400  the object's state forbids it; execution had begun
├── Unauthenticated         401  no key, or not a test key
├── CardDeclined            402  the card was declined; execution had begun
├── KeyReused               400  an idempotency key with other parameters
├── KeyInUse                409  an idempotency key whose first request is still in progress
├── RateLimited             429  only as a fault
└── ServerError             500  a fault, or a bug in the emulator
"""

from typing import Any, ClassVar


class StripeError(Exception):
    """`executed`: execution had begun, so the response is saved under the idempotency key."""

    status: ClassVar[int] = 400
    type: ClassVar[str] = "invalid_request_error"
    executed: ClassVar[bool] = False

    def __init__(self, message: str, *, code: str | None = None, param: str | None = None, **details: Any) -> None:
        super().__init__(message)
        self.error: dict[str, Any] = {"type": self.type, "message": message}
        optional = {"code": code, "param": param, **details}
        self.error.update({name: value for name, value in optional.items() if value is not None})

    @property
    def body(self) -> dict[str, Any]:
        return {"error": self.error}


class InvalidRequest(StripeError):
    pass


class ResourceMissing(InvalidRequest):
    status = 404

    def __init__(self, kind: str, object_id: str, *, param: str = "id") -> None:
        super().__init__(f"No such {kind}: '{object_id}'", code="resource_missing", param=param)


class UnexpectedState(InvalidRequest):
    executed = True


class Unauthenticated(StripeError):
    status = 401


class CardDeclined(StripeError):
    status = 402
    type = "card_error"
    executed = True


class KeyReused(StripeError):
    type = "idempotency_error"

    def __init__(self, key: str) -> None:
        super().__init__(
            "Keys for idempotent requests can only be used with the same parameters they were first used with. "
            f"Try using a key other than '{key}' if you meant to execute a different request."
        )


class KeyInUse(StripeError):
    status = 409
    type = "idempotency_error"

    def __init__(self, key: str) -> None:
        super().__init__(
            f"There is currently another in-progress request using this Idempotent Key: {key}. Please try again later.",
            code="idempotency_key_in_use",
        )


class RateLimited(StripeError):
    status = 429

    def __init__(self) -> None:
        super().__init__("Request rate limit exceeded. Send fewer requests, and retry with a delay.", code="rate_limit")


class ServerError(StripeError):
    status = 500
    type = "api_error"
    executed = True

    def __init__(self) -> None:
        super().__init__("An unknown error occurred. The outcome of this request is unknown: retrieve the object.")
