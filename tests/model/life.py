"""A life of the market without its rules: how it is run, what must hold at each moment, and what at its end."""

from collections.abc import Coroutine
from typing import Any, TypeVar

from hypothesis.stateful import RuleBasedStateMachine, invariant
from tests.model.market import Market
from tests.model.rest import Promises, check_audit, check_order, check_promises, check_repetition, come_to_rest
from tests.model.watch import Watch

from ticketing_common.errors import AppError
from ticketing_tickets import use_cases as tickets

DoneT = TypeVar("DoneT")

SELLER = "5e" * 12


def run(work: Coroutine[Any, Any, DoneT]) -> DoneT:
    """Nothing here waits for anything outside, so no event loop is needed; an error if something does."""
    try:
        work.send(None)
    except StopIteration as done:
        return done.value
    work.close()
    raise AssertionError("something waits for the world outside: give it a clock or a store of this model")


class Life(RuleBasedStateMachine):
    """`market_type` is the market under test; a defective one is a subclass of it."""

    market_type: type[Market] = Market
    market: Market

    def __init__(self) -> None:
        super().__init__()
        self.promises = Promises()
        self.broken = False
        self.ids = 0

    def begin(self, expiration_ahead: float, **ending: bool) -> None:
        """Open the market. `ending` is how it comes to rest."""
        self.market = self.market_type(expiration_ahead=expiration_ahead)
        self.watch = Watch(self.market.bank)
        self.ending = ending

    @invariant()
    def every_promise_that_holds_at_all_times(self) -> None:
        self.do(self._look())

    def teardown(self) -> None:
        if not self.broken and hasattr(self, "market"):
            self.do(self._end())

    async def _look(self) -> None:
        self.watch.look(await self.market.books())

    async def _end(self) -> None:
        await come_to_rest(self.market, **self.ending)
        books = await self.market.books()
        self.watch.look(books)
        check_promises(self.promises, books)
        check_audit(self.market, books)
        await check_repetition(self.market, books)
        await check_order(self.market, books)

    def try_to(self, work: Coroutine[Any, Any, object]) -> AppError | None:
        """Why it was refused, or did not work out; None when it did."""
        try:
            self.do(work)
        except AppError as refusal:
            return refusal
        return None

    def do(self, work: Coroutine[Any, Any, DoneT]) -> DoneT:
        """Its result. Whatever is not refused in words of ours is a defect."""
        try:
            return run(work)
        except AppError:
            raise
        except BaseException:
            self.broken = True
            raise

    def list_ticket_at(self, price: int) -> str:
        """A new ticket."""
        ticket_id = self.new_id()
        refused = self.try_to(
            tickets.create_ticket(
                self.market.tickets,
                ticket_id=ticket_id,
                seller_id=SELLER,
                title="Opera",
                price=price,
                now=self.market.clock(),
            )
        )
        if refused is None:
            self.promises.priced[ticket_id] = price
        return ticket_id

    def a_free_one(self, ticket: str) -> str:
        """This ticket, or another one that nobody holds; a new one when there is none."""
        for one in (ticket, *self.promises.priced):
            latest = self.do(self.market.orders.latest_of_ticket(one))
            if latest is None or not latest.status.holds_ticket:
                return one
        return self.list_ticket_at(50)

    def new_id(self) -> str:
        """Ids are the same in each run, and too old to be waited for."""
        self.ids += 1
        return f"{self.ids:024x}"
