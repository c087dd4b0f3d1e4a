"""Stripe, through its own SDK: the only file that imports it; its objects and errors stay here."""

import asyncio
import hashlib
import json
import time
from collections.abc import Awaitable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from http import HTTPStatus
from typing import Any, TypeVar
from urllib.parse import urlsplit

import aiohttp
import stripe
import structlog

from ticketing_common.errors import Unavailable
from ticketing_common.observability.dependencies import Dependency
from ticketing_payments.domain.intent import Decline, Intent, IntentStatus
from ticketing_payments.metrics import STRIPE_DURATION
from ticketing_payments.ports import InvalidSignature, InvalidToken, InvalidWebhook, UnknownIntent, WebhookEvent
from ticketing_payments.stripe_objects import Json, UnknownStatus, to_intent, to_webhook_event
from ticketing_payments.stripe_spans import note_response, stripe_span

ResultT = TypeVar("ResultT")

log = structlog.get_logger(__name__)

# Pinned: the webhook endpoint is registered with the same one, and an SDK upgrade changes nothing.
API_VERSION = "2026-10-28.endive"
TIMEOUT_SECONDS = 10.0
NETWORK_RETRIES = 2
# Between the time of a signature and ours, either way: as Stripe recommends.
SIGNATURE_SECONDS = 300
# The most that Stripe lists at once; a payment with more refunds than that needs a person.
MAX_LISTED = 100

_NOT_REFUNDED = ("charge_already_refunded", "charge_disputed")
# For metrics: the card's fault, the request's, or the operator's. Of any other error nobody knows what Stripe did.
_OUTCOMES: tuple[tuple[type[BaseException], str], ...] = (
    (stripe.CardError, "declined"),
    (stripe.InvalidRequestError, "rejected"),
    (stripe.IdempotencyError, "rejected"),
    (stripe.RateLimitError, "rate_limited"),
    (stripe.AuthenticationError, "unauthorized"),
    (stripe.PermissionError, "unauthorized"),
    (asyncio.CancelledError, "cancelled"),
)
_UNEXPECTED_STATE = "payment_intent_unexpected_state"
_MISSING = "resource_missing"


class StripeGateway:
    """ports.PaymentGateway and ports.WebhookReader on Stripe's API. `api_base` is the emulator's address."""

    name = "stripe"

    def __init__(
        self,
        api_key: str,
        *,
        api_base: str | None = None,
        webhook_secret: str | None = None,
        network_retries: int = NETWORK_RETRIES,
    ) -> None:
        self._webhook_secret = webhook_secret
        self._server = urlsplit(api_base or stripe.DEFAULT_API_BASE).hostname or ""
        self._dependency = Dependency("stripe")
        self._logged: set[tuple[str, str]] = set()
        self._http = stripe.AIOHTTPClient(timeout=TIMEOUT_SECONDS)  # a fifth of the CPU time that HTTPX needs
        self._client = stripe.StripeClient(
            api_key,
            stripe_version=API_VERSION,
            base_addresses={"api": api_base} if api_base else {},
            http_client=self._http,
            max_network_retries=network_retries,
        )

    async def run(self) -> None:
        """Nothing to start: connections are opened on demand."""

    async def close(self) -> None:
        """Close all connections."""
        await self._http.close_async()  # type: ignore[no-untyped-call]

    async def create_intent(self, *, order_id: str, amount: int, currency: str) -> Intent:
        found = await self._call(
            "payment_intents.create",
            self._client.v1.payment_intents.create_async(
                {
                    "amount": amount,
                    "currency": currency,
                    # Endive no longer takes payment_method_types (Stripe's changelog, 2026-09-30).
                    "allowed_payment_method_types": ["card"],
                    "metadata": {"order_id": order_id},
                },
                {"idempotency_key": f"order:{order_id}:create"},
            ),
        )
        return self._to_intent(found)

    async def confirm(self, intent_id: str, *, order_id: str, token: str) -> Intent:
        try:
            found = await self._call(
                "payment_intents.confirm",
                self._client.v1.payment_intents.confirm_async(
                    intent_id,
                    {**_method(token), "use_stripe_sdk": True},  # type: ignore[arg-type]
                    # With one key per order, Stripe would replay a decline to the next card too.
                    {"idempotency_key": f"order:{order_id}:confirm:{token}"},
                ),
            )
        except stripe.CardError as declined:
            return _declined(await self.retrieve(intent_id), declined, token)
        except (stripe.InvalidRequestError, stripe.IdempotencyError) as error:
            return await self._after_refusal(intent_id, error)
        # A repeated key gets the saved response, which may be outdated.
        return await self.retrieve(intent_id) if _is_replayed(found) else self._to_intent(found)

    async def retrieve(self, intent_id: str) -> Intent:
        stripe_v1 = self._client.v1
        found = await self._call("payment_intents.retrieve", stripe_v1.payment_intents.retrieve_async(intent_id))
        if not found.amount_received:
            return self._to_intent(found)
        refunds = await self._call(
            "refunds.list", stripe_v1.refunds.list_async({"payment_intent": intent_id, "limit": MAX_LISTED})
        )
        disputes = await self._call(
            "disputes.list", stripe_v1.disputes.list_async({"payment_intent": intent_id, "limit": MAX_LISTED})
        )
        return self._to_intent(
            found, [refund.to_dict() for refund in refunds.data], [dispute.to_dict() for dispute in disputes.data]
        )

    async def cancel(self, intent_id: str) -> Intent:
        try:
            found = await self._call("payment_intents.cancel", self._client.v1.payment_intents.cancel_async(intent_id))
        except stripe.InvalidRequestError as error:
            if error.code != _UNEXPECTED_STATE:
                raise
            return await self.retrieve(intent_id)
        return self._to_intent(found)

    async def refund(self, *, refund_id: str, intent_id: str) -> Intent:
        try:
            await self._call(
                "refunds.create",
                self._client.v1.refunds.create_async(
                    # No amount: Stripe knows what is left, even if a part has just been refunded in the dashboard.
                    {"payment_intent": intent_id, "metadata": {"refund_id": refund_id}},
                    {"idempotency_key": f"refund:{refund_id}"},
                ),
            )
        except stripe.InvalidRequestError as error:
            if error.code not in _NOT_REFUNDED:
                raise
        return await self.retrieve(intent_id)

    async def _call(self, operation: str, call: Awaitable[ResultT]) -> ResultT:
        """The result of one call of Stripe's API, which is measured and traced; errors as of `_translated_errors`."""
        with (
            _translated_errors(self._dependency),
            stripe_span(operation, self._server) as span,
            _measured(operation),
        ):
            try:
                found = await call
            except stripe.StripeError as error:
                note_response(span, error)
                raise
            note_response(span, found)
            return found

    def read_webhook(self, body: bytes, signature: str | None) -> WebhookEvent:
        if self._webhook_secret is None:
            raise InvalidSignature("Webhooks are not configured here: the operator must set STRIPE_WEBHOOK_SECRET.")
        try:
            stripe.WebhookSignature.verify_header(body, signature, self._webhook_secret, tolerance=SIGNATURE_SECONDS)
        except (stripe.SignatureVerificationError, ValueError, TypeError) as error:
            # ValueError: not UTF-8; TypeError: a signature that is not ASCII.
            raise InvalidSignature("The signature is invalid: sign with the endpoint's own secret.") from error
        if _signed_at(signature or "") > time.time() + SIGNATURE_SECONDS:  # the SDK looks at the past only
            raise InvalidSignature("The signature is from the future: set the clock of its sender.")
        try:
            return to_webhook_event(json.loads(body))
        except (ValueError, RecursionError) as error:
            raise InvalidWebhook("The body is not an event of Stripe.") from error

    def _to_intent(
        self, found: stripe.PaymentIntent, refunds: Sequence[Json] = (), disputes: Sequence[Json] = ()
    ) -> Intent:
        try:
            return to_intent(found.to_dict(), refunds, disputes)
        except UnknownStatus as error:
            if (error.kind, error.value) not in self._logged:
                self._logged.add((error.kind, error.value))
                log.warning("stripe.unknown_status", object=error.kind, status=error.value, intent_id=found.id)
            raise

    async def _after_refusal(self, intent_id: str, error: stripe.StripeError) -> Intent:
        """The intent as it is, if it is paid or canceled; else the token was refused.

        Also when an earlier release confirmed with the same token and other parameters.
        """
        if error.code == _UNEXPECTED_STATE or isinstance(error, stripe.IdempotencyError):
            return await self.retrieve(intent_id)
        log.info("stripe.token_rejected", intent_id=intent_id, code=error.code, param=getattr(error, "param", None))
        raise InvalidToken("That card could not be read. Enter it again.") from error


@contextmanager
def _measured(operation: str) -> Iterator[None]:
    started, outcome = time.perf_counter(), "ok"
    try:
        yield
    except BaseException as error:
        outcome = next((outcome for kind, outcome in _OUTCOMES if isinstance(error, kind)), "unavailable")
        raise
    finally:
        STRIPE_DURATION.labels(operation, outcome).observe(time.perf_counter() - started)


@contextmanager
def _translated_errors(dependency: Dependency) -> Iterator[None]:
    """Unavailable when the outcome is unknown or the problem is temporary; other errors go on to the caller."""
    started = time.monotonic()
    try:
        yield
        dependency.succeeded(started=started)
    except (stripe.APIConnectionError, aiohttp.ClientError, TimeoutError) as error:
        # The last two come from reading a response's body, where the SDK does not translate errors.
        dependency.failed(error, started=started)
        raise Unavailable("Stripe did not respond. Check the order again in a minute.", retry_after=5) from error
    except (stripe.RateLimitError, stripe.APIError) as error:
        # APIError is a 5xx, or a 409 while the same request is still in progress.
        if (error.http_status or 0) >= HTTPStatus.INTERNAL_SERVER_ERROR:
            dependency.failed(error, started=started)
        raise Unavailable("Stripe is busy. Check the order again in a minute.", retry_after=5) from error
    except (stripe.AuthenticationError, stripe.PermissionError) as error:
        if not dependency.away:
            log.critical("stripe.authentication_failed", hint="check STRIPE_KEY", status=error.http_status)
        dependency.failed(error, started=started)
        raise Unavailable("Payments are misconfigured: the operator must check STRIPE_KEY.") from error
    except stripe.InvalidRequestError as error:
        if error.code == _MISSING and error.param in ("intent", "payment_intent"):
            raise UnknownIntent(error.user_message or "Stripe has no such intent") from error
        raise


def _method(token: str) -> dict[str, Any]:
    """The parameters of a confirm call: a ConfirmationToken, a PaymentMethod, or a card token."""
    if token.startswith("ctoken_"):
        return {"confirmation_token": token}
    if token.startswith("pm_"):
        return {"payment_method": token}
    return {"payment_method_data": {"type": "card", "card": {"token": token}}}


def _signed_at(signature: str) -> int:
    """The time in a signature that was verified: `t=…,v1=…`."""
    return int(next(item for item in signature.split(",") if item.startswith("t="))[2:])


def _is_replayed(found: stripe.PaymentIntent) -> bool:
    response = found.last_response
    return response is not None and (response.headers or {}).get("idempotent-replayed") == "true"


def _declined(intent: Intent, error: stripe.CardError, token: str) -> Intent:
    """The intent with the decline: a card refused before any charge may leave no trace on the intent itself."""
    if intent.decline is not None or intent.status is not IntentStatus.REQUIRES_PAYMENT_METHOD:
        return intent
    attempt = hashlib.sha256(token.encode()).hexdigest()
    message = error.user_message or "The card was declined."
    return replace(intent, decline=Decline(attempt=attempt, code=error.code or "unknown", message=message))
