"""From an HTTP request to its response: authentication, faults, idempotency, the handler in one transaction."""

import asyncio
import json
import time
from dataclasses import dataclass

from starlette.requests import Request

from stripe_emulator.account import API_VERSION, Account, Origin, Transaction
from stripe_emulator.faults import Fault
from stripe_emulator.http.authentication import authenticate
from stripe_emulator.http.errors import InvalidRequest, RateLimited, ServerError, StripeError
from stripe_emulator.http.expansion import expand
from stripe_emulator.http.form import parse
from stripe_emulator.http.idempotency import ApiResponse, fingerprint
from stripe_emulator.http.request import ApiRequest, Handler, Params
from stripe_emulator.objects import public

MAX_BODY_BYTES = 1_000_000


class ConnectionDropped(Exception):
    """A fault requires that no response is sent."""


@dataclass(frozen=True)
class Execution:
    """One request being handled; `accepted` are the prefixes of the keys that the route accepts."""

    account: Account
    handler: Handler
    accepted: tuple[str, ...]
    request: Request
    request_id: str

    async def respond(self) -> ApiResponse:
        """The response, errors included.

        Raises:
            ConnectionDropped: a fault requires that none is sent.
        """
        try:
            params = await self._read_params()
            by_page = authenticate(self.request.headers, params, accepted=self.accepted)
            return await self._execute_with_faults(params, by_page=by_page)
        except StripeError as error:
            return _error_response(error)

    async def _read_params(self) -> Params:
        if self.request.method == "GET":
            return Params(parse(self.request.url.query.encode()))
        raw = await self.request.body()
        if len(raw) > MAX_BODY_BYTES:
            raise InvalidRequest(f"The request is too large: send at most {MAX_BODY_BYTES} bytes.")
        if "json" in self.request.headers.get("content-type", ""):
            raise InvalidRequest("Invalid request: send a form (application/x-www-form-urlencoded), not JSON.")
        return Params(parse(raw))

    async def _execute_with_faults(self, params: Params, *, by_page: bool) -> ApiResponse:
        with self.account.idempotency_keys.claim(self._key):
            faults = self.account.faults.take_for_request(self.request.method, self.request.url.path)
            await _apply([fault for fault in faults if not fault.after])
            response = self._replay(params) or self._execute(params, by_page=by_page, faults=faults)
        await _apply([fault for fault in faults if fault.after and fault.kind != "error"])
        return response

    @property
    def _key(self) -> str | None:
        return self.request.headers.get("idempotency-key") if self.request.method == "POST" else None

    def _fingerprint(self, params: Params) -> str:
        return fingerprint(self.request.method, self.request.url.path, params.fields)

    def _replay(self, params: Params) -> ApiResponse | None:
        return self.account.idempotency_keys.find(self._key, self._fingerprint(params)) if self._key else None

    def _execute(self, params: Params, *, by_page: bool, faults: list[Fault]) -> ApiResponse:
        """Run the handler and save its response, in one transaction; a request that fails validation is not saved."""
        with self.account.database.transaction():
            origin = Origin(self.request_id, self._key, self.request.headers.get("stripe-version", API_VERSION))
            transaction = Transaction(self.account, time.time(), origin, _processing_seconds(faults))
            object_id = str(self.request.path_params.get("id", ""))
            response = self._handle(ApiRequest(transaction, params, self.request.url.path, object_id, by_page))
            if any(fault.kind == "error" and fault.after for fault in faults):
                response = _error_response(ServerError())  # Stripe saves its own 500s under the key, too
            if self._key:
                self.account.idempotency_keys.save(self._key, self._fingerprint(params), response, transaction.now)
        self.account.work_available.set()
        return response

    def _handle(self, request: ApiRequest) -> ApiResponse:
        try:
            document = public(self.handler(request))
            return ApiResponse(200, json.dumps(expand(document, request.params.texts("expand"), request.objects)))
        except StripeError as error:
            if not error.executed:
                raise
            return _error_response(error)


async def _apply(faults: list[Fault]) -> None:
    for fault in faults:
        match fault.kind:
            case "delay":
                await asyncio.sleep(fault.seconds)
            case "drop":
                raise ConnectionDropped
            case "error":
                raise ServerError
            case "rate_limit":
                raise RateLimited


def _error_response(error: StripeError) -> ApiResponse:
    return ApiResponse(error.status, json.dumps(error.body))


def _processing_seconds(faults: list[Fault]) -> float | None:
    return next((fault.seconds for fault in faults if fault.kind == "processing"), None)
