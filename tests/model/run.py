"""A run of the system without its rules: how code is run, what is checked after each step, and at the end."""

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

from hypothesis.stateful import RuleBasedStateMachine, invariant
from tests.model.convergence import (
    AcceptedWrites,
    check_accepted_writes,
    check_alerts,
    check_audit,
    check_order_of_events,
    check_redelivery,
    converge,
)
from tests.model.invariants import Invariants, check_told
from tests.model.system import RULES, System

from ticketing_common.errors import AppError

ResultT = TypeVar("ResultT")


# Far more steps than any operation takes.
_MAX_STEPS = 10_000


def run(work: Coroutine[Any, Any, ResultT], loop: asyncio.AbstractEventLoop) -> ResultT:
    """Its result; an error if it waits for time or for anything outside, which nothing here should."""
    task = loop.create_task(work)
    for _ in range(_MAX_STEPS):
        loop.call_soon(loop.stop)
        loop.run_forever()
        if task.done():
            return task.result()
    task.cancel()
    raise AssertionError("something waits for the outside world: give it a clock or a store of the model")


class SystemRun(RuleBasedStateMachine):
    """`system_type` is the system under test; a faulty variant is a subclass of System."""

    system_type: type[System] = System
    system: System

    def __init__(self) -> None:
        super().__init__()
        self.accepted = AcceptedWrites()
        self.failed = False
        self.ids = 0
        self._loop = asyncio.new_event_loop()

    def begin(self, expiration_ahead: float, **convergence: bool) -> None:
        """Start the system. `convergence`: how it converges at the end."""
        self.system = self.system_type(expiration_ahead=expiration_ahead)
        self.invariants_of_system = Invariants(self.system.bank)
        self.convergence = convergence

    @invariant()
    def invariants_hold(self) -> None:
        self.do(self._check_invariants())

    def teardown(self) -> None:
        try:
            if not self.failed and hasattr(self, "system"):
                self.do(self._check_end())
        finally:
            self._loop.close()

    async def _check_invariants(self) -> None:
        self.invariants_of_system.check(await self.system.snapshot())
        check_told(self.system.notifier.told)

    async def _check_end(self) -> None:
        await converge(self.system, **self.convergence)
        snapshot = await self.system.snapshot()
        self.invariants_of_system.check(snapshot)
        check_accepted_writes(self.accepted, snapshot)
        check_alerts(snapshot)
        check_audit(self.system, snapshot)
        await check_redelivery(self.system, snapshot)
        check_told(self.system.notifier.told)
        await check_order_of_events(self.system, snapshot)

    def attempt(self, work: Coroutine[Any, Any, object]) -> AppError | None:
        """The error with which it was rejected; None when it succeeded."""
        try:
            self.do(work)
        except AppError as error:
            return error
        return None

    def do(self, work: Coroutine[Any, Any, ResultT]) -> ResultT:
        """Its result. Any error but an AppError is a defect."""
        try:
            return run(work, self._loop)
        except AppError:
            raise
        except BaseException:
            self.failed = True
            raise

    def deliver_events_to(self, durable: str) -> None:
        """Only this listener is fast."""
        self.attempt(self.system.relay())
        self.attempt(self.system.network.deliver_to(durable))

    def create_ticket(self, price: int) -> str:
        """A new ticket's id."""
        ticket_id = self.new_id()
        rejected = self.attempt(self.system.create_ticket(ticket_id, price))
        if rejected is None:
            self.accepted.prices[ticket_id] = price
        return ticket_id

    def available_ticket(self, preferred: str) -> str:
        """This ticket, or another one on sale without a live order; a new one when there is no such ticket."""
        for ticket_id in (preferred, *self.accepted.prices):
            if ticket_id in self.accepted.withdrawn:
                continue
            latest = self.do(self.system.orders.latest_of_ticket(ticket_id))
            if latest is None or not latest.status.holds_ticket:
                return ticket_id
        return self.create_ticket(50)

    def new_id(self) -> str:
        """The same ids in each run, too old to be waited for, and all preferring the same slot."""
        self.ids += 1
        return f"{self.ids * RULES.max_open:024x}"
