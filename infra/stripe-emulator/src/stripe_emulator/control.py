"""The control API under /emulator, in JSON: faults, webhooks, refunds and disputes made outside the API, the ledger."""

import time
from collections.abc import Awaitable, Callable
from typing import Literal

from pydantic import BaseModel, Field, ValidationError
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from stripe_emulator.account import Account, Transaction
from stripe_emulator.faults import Fault
from stripe_emulator.http.errors import InvalidRequest, StripeError
from stripe_emulator.http.request import Params
from stripe_emulator.ledger import INTENT, ledger_of, whole_ledger
from stripe_emulator.objects import Json
from stripe_emulator.resources import disputes, refunds
from stripe_emulator.webhooks.dispatcher import Dispatcher

MAX_DELIVERIES = 1000
MAX_INTENTS = 1000

Change = Callable[[Transaction, Params], Json]


class FaultList(BaseModel, extra="forbid"):
    faults: list[Fault]


class Release(BaseModel, extra="forbid"):
    order: Literal["created", "reversed"] = "created"


class Resend(BaseModel, extra="forbid"):
    event: str


class LedgerQuery(BaseModel, extra="forbid"):
    """Of these PaymentIntents, or of the oldest `limit` that were created after `starting_after`."""

    payment_intents: list[str] | None = Field(default=None, max_length=MAX_INTENTS)
    starting_after: str | None = None
    limit: int = Field(default=MAX_INTENTS, ge=1, le=MAX_INTENTS)


class Fields(BaseModel, extra="allow"):
    """A flat JSON object, read like a form."""

    __pydantic_extra__: dict[str, str | int]


def control_routes(account: Account, dispatcher: Dispatcher | None) -> list[Route]:
    """The routes below /emulator; invalid input is 400 with a reason."""
    control = Control(account, dispatcher)
    return [
        _route("GET", "/faults", control.list_faults),
        _route("POST", "/faults", control.arm_fault),
        _route("PUT", "/faults", control.replace_faults),
        _route("DELETE", "/faults", control.disarm_faults),
        _route("DELETE", "/faults/{id:int}", control.disarm_faults),
        _route("GET", "/webhooks", control.list_deliveries),
        _route("POST", "/webhooks/release", control.release_webhooks),
        _route("POST", "/webhooks/resend", control.resend_webhook),
        _route("POST", "/webhooks/send", control.send_webhook),
        _route("POST", "/refunds", control.changing(refunds.create_refund)),
        _route("POST", "/refunds/{id}", control.changing(refunds.set_status)),
        _route("POST", "/disputes", control.changing(disputes.open_dispute)),
        _route("POST", "/disputes/{id}", control.changing(disputes.set_status)),
        _route("GET", "/ledger", control.show_ledger),
        _route("POST", "/ledger", control.show_part_of_ledger),
    ]


def _route(method: str, path: str, handler: Callable[[Request], Awaitable[Json]]) -> Route:
    async def handle(request: Request) -> Response:
        try:
            return JSONResponse(await handler(request))
        except ValidationError as error:
            return JSONResponse({"error": {"message": _reasons(error)}}, 400)
        except StripeError as error:
            return JSONResponse(error.body, error.status)

    return Route(path, handle, methods=[method])


def _reasons(error: ValidationError) -> str:
    return "; ".join(f"{'.'.join(map(str, detail['loc'])) or 'body'}: {detail['msg']}" for detail in error.errors())


class Control:
    """The handlers."""

    def __init__(self, account: Account, dispatcher: Dispatcher | None) -> None:
        self._account = account
        self._dispatcher = dispatcher

    async def list_faults(self, _: Request) -> Json:
        return {"faults": [armed.model_dump() for armed in self._account.faults.armed()]}

    async def arm_fault(self, request: Request) -> Json:
        return self._account.faults.arm(Fault.model_validate_json(await request.body())).model_dump()

    async def replace_faults(self, request: Request) -> Json:
        """Arm these faults and disarm all others."""
        wanted = FaultList.model_validate_json(await request.body())
        with self._account.database.transaction():
            self._account.faults.disarm()
            return {"faults": [self._account.faults.arm(fault).model_dump() for fault in wanted.faults]}

    async def disarm_faults(self, request: Request) -> Json:
        return {"disarmed": self._account.faults.disarm(request.path_params.get("id"))}

    async def list_deliveries(self, _: Request) -> Json:
        return {"deliveries": [delivery._asdict() for delivery in self._account.deliveries.newest(MAX_DELIVERIES)]}

    async def release_webhooks(self, request: Request) -> Json:
        """Send what a `withhold` fault kept back."""
        release = Release.model_validate_json(await request.body() or b"{}")
        with self._account.database.transaction():
            released = self._account.deliveries.release(time.time(), order=release.order)
        self._account.work_available.set()
        return {"released": released}

    async def resend_webhook(self, request: Request) -> Json:
        """Send an event once more, as the dashboard can."""
        resend = Resend.model_validate_json(await request.body())
        event = self._account.objects.get("event", resend.event, param="event")
        self._require_endpoint()
        self._account.deliveries.resend(event, time.time())
        self._account.work_available.set()
        return {"resent": event["id"]}

    async def send_webhook(self, request: Request) -> Json:
        """Sign any body unchanged and send it now. Returns the endpoint's response; `status` is 0 without one."""
        status, body = await self._require_endpoint().send(await request.body())
        return {"status": status, "body": body}

    def changing(self, change: Change) -> Callable[[Request], Awaitable[Json]]:
        """A handler that runs `change` in a transaction; the path's id counts as a field."""

        async def handle(request: Request) -> Json:
            fields = Fields.model_validate_json(await request.body()).__pydantic_extra__
            params = Params({**{name: str(value) for name, value in fields.items()}, **request.path_params})
            with self._account.database.transaction():
                changed = change(Transaction(self._account, time.time()), params)
            self._account.work_available.set()
            return changed

        return handle

    async def show_ledger(self, _: Request) -> Json:
        return whole_ledger(self._account.objects)

    async def show_part_of_ledger(self, request: Request) -> Json:
        """Unknown ids are left out: the caller asks because it does not know."""
        query, objects = LedgerQuery.model_validate_json(await request.body() or b"{}"), self._account.objects
        if query.payment_intents is None:
            return ledger_of(objects, objects.after(INTENT, query.starting_after, limit=query.limit))
        found = (objects.find(intent_id) for intent_id in query.payment_intents)
        return ledger_of(objects, [item for item in found if item is not None and item["object"] == INTENT])

    def _require_endpoint(self) -> Dispatcher:
        if self._dispatcher is None:
            raise InvalidRequest("There is no webhook endpoint: start the emulator with --webhook-url.")
        return self._dispatcher
