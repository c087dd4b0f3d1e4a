"""The emulator's own routes under /emulator: faults, webhooks, the dashboard's buttons, the ledger. They take JSON."""

import time
from collections.abc import Awaitable, Callable
from typing import Literal

from pydantic import BaseModel, ConfigDict, ValidationError
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from stripe_emulator.account import Account, Work
from stripe_emulator.faults import Fault
from stripe_emulator.ledger import ledger
from stripe_emulator.resources import disputes, refunds
from stripe_emulator.storage.objects import Json
from stripe_emulator.wire.failures import InvalidRequest, StripeFailure
from stripe_emulator.wire.params import Params

SHOWN_DELIVERIES = 1000


class FaultList(BaseModel):
    """All the faults that shall be armed."""

    model_config = ConfigDict(extra="forbid")

    faults: list[Fault]


class Release(BaseModel):
    """How withheld webhooks are let go."""

    model_config = ConfigDict(extra="forbid")

    order: Literal["created", "reversed"] = "created"


class Resend(BaseModel):
    """Which event is sent again."""

    model_config = ConfigDict(extra="forbid")

    event: str


class Control:
    """The handlers; each answers JSON, and 400 with a reason for what makes no sense."""

    def __init__(self, account: Account) -> None:
        self._account = account

    def routes(self) -> list[Route]:
        """The table of the emulator's own routes."""
        return [
            self._route("/faults", "GET", self.show_faults),
            self._route("/faults", "POST", self.arm_fault),
            self._route("/faults", "PUT", self.replace_faults),
            self._route("/faults", "DELETE", self.disarm_faults),
            self._route("/faults/{number:int}", "DELETE", self.disarm_faults),
            self._route("/webhooks", "GET", self.show_webhooks),
            self._route("/webhooks/release", "POST", self.release_webhooks),
            self._route("/webhooks/resend", "POST", self.resend_webhook),
            self._route("/refund", "POST", self.refund),
            self._route("/dispute", "POST", self.dispute),
            self._route("/dispute/close", "POST", self.close_dispute),
            self._route("/ledger", "GET", self.show_ledger),
        ]

    def _route(self, path: str, method: str, handler: Callable[[Request], Awaitable[Json]]) -> Route:
        async def handle(request: Request) -> Response:
            try:
                return JSONResponse(await handler(request))
            except ValidationError as error:
                return JSONResponse({"error": {"message": _reasons(error)}}, 400)
            except StripeFailure as failure:
                return JSONResponse(failure.body, failure.status)

        return Route(f"/emulator{path}", handle, methods=[method])

    async def show_faults(self, _: Request) -> Json:
        return {"faults": [armed.model_dump() for armed in self._account.faults.armed()]}

    async def arm_fault(self, request: Request) -> Json:
        """Add one fault."""
        return self._account.faults.arm(Fault.model_validate_json(await request.body())).model_dump()

    async def replace_faults(self, request: Request) -> Json:
        """Arm these and no others."""
        wanted = FaultList.model_validate_json(await request.body())
        with self._account.database.transaction():
            self._account.faults.disarm()
            return {"faults": [self._account.faults.arm(fault).model_dump() for fault in wanted.faults]}

    async def disarm_faults(self, request: Request) -> Json:
        return {"disarmed": self._account.faults.disarm(request.path_params.get("number"))}

    async def show_webhooks(self, _: Request) -> Json:
        return {
            "deliveries": [delivery._asdict() for delivery in self._account.webhooks.recent(limit=SHOWN_DELIVERIES)]
        }

    async def release_webhooks(self, request: Request) -> Json:
        """Let go what a `withhold` fault has kept."""
        release = Release.model_validate_json(await request.body() or b"{}")
        with self._account.database.transaction():
            released = self._account.webhooks.release(time.time(), order=release.order)
        self._account.bell.set()
        return {"released": released}

    async def resend_webhook(self, request: Request) -> Json:
        """Send an event once more, as one can in the dashboard."""
        wanted = Resend.model_validate_json(await request.body())
        event = self._account.objects.get("event", wanted.event, param="event")
        if not self._account.webhooks.enabled:
            raise InvalidRequest("There is no webhook endpoint: start the emulator with --webhook-url.")
        self._account.webhooks.resend(event, time.time())
        self._account.bell.set()
        return {"resent": event["id"]}

    async def refund(self, request: Request) -> Json:
        """A refund made in the dashboard: the same fields as POST /v1/refunds, by nobody's request."""
        return self._work(refunds.make, await _params(request))

    async def dispute(self, request: Request) -> Json:
        """A buyer disputes: {payment_intent or charge, reason?}."""
        return self._work(disputes.make, await _params(request))

    async def close_dispute(self, request: Request) -> Json:
        """The bank decides: {dispute, status: won or lost}."""
        return self._work(disputes.close, await _params(request))

    async def show_ledger(self, _: Request) -> Json:
        return ledger(self._account.objects)

    def _work(self, act: Callable[[Work, Params], Json], params: Params) -> Json:
        with self._account.database.transaction():
            done = act(Work(self._account, time.time()), params)
        self._account.bell.set()
        return done


class _Fields(BaseModel):
    """A flat JSON object, read like a form."""

    model_config = ConfigDict(extra="allow")

    __pydantic_extra__: dict[str, str | int]


async def _params(request: Request) -> Params:
    fields = _Fields.model_validate_json(await request.body())
    return Params({name: str(value) for name, value in fields.__pydantic_extra__.items()})


def _reasons(error: ValidationError) -> str:
    return "; ".join(f"{'.'.join(map(str, problem['loc'])) or 'body'}: {problem['msg']}" for problem in error.errors())
