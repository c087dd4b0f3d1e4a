"""From a request to its answer: key, faults, idempotency, the work in one transaction."""

import asyncio
import json
import time
from dataclasses import dataclass

from starlette.requests import Request

from stripe_emulator.account import API_VERSION, Account, Origin, Work
from stripe_emulator.faults import Fault
from stripe_emulator.storage.objects import public
from stripe_emulator.wire.call import Act, Call
from stripe_emulator.wire.credentials import is_page, refuse_page
from stripe_emulator.wire.expansion import expand
from stripe_emulator.wire.failures import InvalidRequest, RateLimited, ServerFailure, StripeFailure
from stripe_emulator.wire.form import parse
from stripe_emulator.wire.idempotency import SavedAnswer, fingerprint
from stripe_emulator.wire.params import Params

LARGEST_BODY = 1_000_000  # bytes


class ConnectionDropped(Exception):
    """A fault asks that no answer be sent."""


@dataclass(frozen=True)
class Answer:
    """What is sent back; `replayed` when it was saved under an idempotency key."""

    status: int
    body: str
    replayed: bool = False


@dataclass(frozen=True)
class Answering:
    """One request on its way."""

    account: Account
    act: Act
    for_pages: bool
    request: Request
    request_id: str

    async def answer(self) -> Answer:
        """The answer, failures included.

        Raises:
            ConnectionDropped: there shall be none.
        """
        try:
            params = await self._read()
            by_page = is_page(self.request.headers, params)
            if by_page and not self.for_pages:
                raise refuse_page()
            return await self._under_faults(params, by_page=by_page)
        except StripeFailure as failure:
            return _failed(failure)

    async def _read(self) -> Params:
        if self.request.method == "GET":
            return Params(parse(self.request.url.query.encode()))
        raw = await self.request.body()
        if len(raw) > LARGEST_BODY:
            raise InvalidRequest(f"The request is too large: send at most {LARGEST_BODY} bytes.")
        if "json" in self.request.headers.get("content-type", ""):
            raise InvalidRequest("Invalid request: send a form (application/x-www-form-urlencoded), not JSON.")
        return Params(parse(raw))

    async def _under_faults(self, params: Params, *, by_page: bool) -> Answer:
        with self.account.keys.claimed(self._key):
            faults = self.account.faults.strike_request(self.request.method, self.request.url.path)
            await self._suffer([fault for fault in faults if not fault.after])
            answer = self._replayed(params) or self._work(params, by_page=by_page, faults=faults)
        await self._suffer([fault for fault in faults if fault.after and fault.kind != "error"])
        return answer

    async def _suffer(self, faults: list[Fault]) -> None:
        for fault in faults:
            match fault.kind:
                case "delay":
                    await asyncio.sleep(fault.seconds)
                case "drop":
                    raise ConnectionDropped
                case "error":
                    raise ServerFailure
                case "rate_limit":
                    raise RateLimited

    @property
    def _key(self) -> str | None:
        return self.request.headers.get("idempotency-key") if self.request.method == "POST" else None

    def _mark(self, params: Params) -> str:
        return fingerprint(self.request.method, self.request.url.path, params.fields)

    def _replayed(self, params: Params) -> Answer | None:
        saved = self.account.keys.saved(self._key, self._mark(params)) if self._key else None
        return None if saved is None else Answer(saved.status, saved.body, replayed=True)

    def _work(self, params: Params, *, by_page: bool, faults: list[Fault]) -> Answer:
        """Do the work and keep its answer, in one transaction; what failed before it began leaves no trace."""
        with self.account.database.transaction():
            work = Work(self.account, time.time(), self._origin(), _processing_seconds(faults))
            answer = self._executed(Call(work, params, self.request.url.path, self._object_id, by_page))
            if any(fault.kind == "error" and fault.after for fault in faults):
                answer = _failed(ServerFailure())  # Stripe keeps its own 500s under the key, too
            if self._key:
                self.account.keys.save(self._key, self._mark(params), SavedAnswer(answer.status, answer.body), work.now)
        self.account.bell.set()
        return answer

    def _executed(self, call: Call) -> Answer:
        try:
            document = public(self.act(call))
            return Answer(200, json.dumps(expand(document, call.params.texts("expand"), call.work.objects)))
        except StripeFailure as failure:
            if not failure.executed:
                raise
            return _failed(failure)

    @property
    def _object_id(self) -> str:
        return str(self.request.path_params.get("id", ""))

    def _origin(self) -> Origin:
        version = self.request.headers.get("stripe-version", API_VERSION)
        return Origin(self.request_id, self._key, version)


def _failed(failure: StripeFailure) -> Answer:
    return Answer(failure.status, json.dumps(failure.body))


def _processing_seconds(faults: list[Fault]) -> float | None:
    return next((fault.seconds for fault in faults if fault.kind == "processing"), None)
