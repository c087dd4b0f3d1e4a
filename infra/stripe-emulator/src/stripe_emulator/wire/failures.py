"""Everything the emulator refuses, in Stripe's error shape.

StripeFailure
├── InvalidRequest          400  a parameter is missing or senseless
│   ├── ResourceMissing     404  no such object
│   └── UnexpectedState     400  the object's state forbids it; the endpoint had begun
├── Unauthenticated         401  no key, or not a test key
├── CardDeclined            402  the card was refused; the endpoint had begun
├── KeyReused               400  an idempotency key with other parameters
├── KeyInUse                409  an idempotency key whose first request is still running
├── RateLimited             429  only on demand
└── ServerFailure           500  only on demand, or a defect of ours
"""

from typing import Any, ClassVar

Json = dict[str, Any]


class StripeFailure(Exception):
    """`executed` says that the endpoint had begun: then the answer is kept for its idempotency key."""

    status: ClassVar[int] = 400
    type: ClassVar[str] = "invalid_request_error"
    executed: ClassVar[bool] = False

    def __init__(self, message: str, *, code: str | None = None, param: str | None = None, **details: Any) -> None:
        super().__init__(message)
        self.error: Json = {"type": self.type, "message": message}
        named = {"code": code, "param": param, **details}
        self.error.update({name: value for name, value in named.items() if value is not None})

    @property
    def body(self) -> Json:
        return {"error": self.error}


class InvalidRequest(StripeFailure):
    """A parameter is missing, unknown or senseless."""


class ResourceMissing(InvalidRequest):
    """There is no such object."""

    status = 404

    def __init__(self, kind: str, object_id: str, *, param: str = "id") -> None:
        super().__init__(f"No such {kind}: '{object_id}'", code="resource_missing", param=param)


class UnexpectedState(InvalidRequest):
    """The object's state forbids what was asked."""

    executed = True


class Unauthenticated(StripeFailure):
    """The request carries no key, or one that is not for this."""

    status = 401


class CardDeclined(StripeFailure):
    """The card was refused."""

    status = 402
    type = "card_error"
    executed = True


class KeyReused(StripeFailure):
    """An idempotency key came back with another request."""

    type = "idempotency_error"

    def __init__(self, key: str) -> None:
        super().__init__(
            "Keys for idempotent requests can only be used with the same parameters they were first used with. "
            f"Try using a key other than '{key}' if you meant to execute a different request."
        )


class KeyInUse(StripeFailure):
    """The first request with this idempotency key is still running."""

    status = 409
    type = "idempotency_error"

    def __init__(self, key: str) -> None:
        super().__init__(
            f"There is currently another in-progress request using this Idempotent Key: {key}. Please try again later.",
            code="idempotency_key_in_use",
        )


class RateLimited(StripeFailure):
    """Too many requests."""

    status = 429

    def __init__(self) -> None:
        super().__init__("Request rate limit exceeded. Send fewer requests, and retry with a delay.", code="rate_limit")


class ServerFailure(StripeFailure):
    """Stripe itself failed."""

    status = 500
    type = "api_error"
    executed = True

    def __init__(self) -> None:
        super().__init__("An unknown error occurred. The outcome of this request is not known: retrieve the object.")
