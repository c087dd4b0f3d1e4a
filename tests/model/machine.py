"""The state machine: random lives of a small market, in which everything that may go wrong between services does."""

from collections.abc import Callable
from functools import partial
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import Bundle, initialize, multiple, precondition, rule
from tests.model.bank import Bank
from tests.model.life import SELLER, Life
from tests.model.market import HOLD_FOR
from tests.model.watch import require

from ticketing_common.currency import USD
from ticketing_common.errors import InvalidState, PaymentDeclined
from ticketing_orders import use_cases as orders
from ticketing_payments.domain.errors import AlreadyPaid, StillProcessing
from ticketing_payments.use_cases.pay import pay
from ticketing_test_support.payments.stripe import DECLINED, GOOD, OTHER_GOOD, SLOW, UNTRIED, WANTS_3DS
from ticketing_tickets import use_cases as tickets

BUYER = "b0" * 12
CARDS = st.sampled_from([GOOD, SLOW, OTHER_GOOD, DECLINED, WANTS_3DS, SLOW, UNTRIED])
CALLS = st.sampled_from(["create", "confirm", "retrieve", "cancel", "refund"])
FATES = st.sampled_from(["in time", "runs out", "resold", "resold, then paid", "resold, then paid"])
PRICES = st.integers(50, 99)
# By how many seconds expiration's clock is ahead: the last is hopelessly wrong.
CLOCKS = [0, 120, -120, 1000]
WHICH = st.integers(0, 40)
MOST_TICKETS = 3
Act = Callable[[Bank, str], None]
ACTS_OF_BANKS: st.SearchStrategy[Act] = st.sampled_from(
    [
        partial(Bank.decide, pays=False),
        partial(Bank.refund_by_hand, cents=20),
        partial(Bank.refund_by_hand, cents=1000),
        Bank.bounce_refunds,
        Bank.open_dispute,
        Bank.open_dispute,
        partial(Bank.close_dispute, won=True),
        partial(Bank.close_dispute, won=False),
    ]
)


class MarketLife(Life):
    """What may happen, and how often: the rules."""

    tickets = Bundle("tickets")
    orders = Bundle("orders")

    @initialize(
        target=tickets,
        expiration_ahead=st.sampled_from(CLOCKS),
        known=st.booleans(),
        newest_first=st.booleans(),
        bank_says_yes=st.booleans(),
    )
    def open(self, expiration_ahead: float, known: bool, newest_first: bool, bank_says_yes: bool) -> str:
        self.begin(expiration_ahead, newest_first=newest_first, bank_says_yes=bank_says_yes)
        ticket = self.list_ticket_at(50)
        if known:
            self.all_events_come(newest_first=False)
        return ticket

    # What people do

    @precondition(lambda self: len(self.promises.priced) < MOST_TICKETS)
    @rule(target=tickets, price=PRICES)
    def list_ticket(self, price: int) -> str:
        return self.list_ticket_at(price)

    @rule(ticket=tickets, price=PRICES)
    def edit_ticket(self, ticket: str, price: int) -> None:
        work = tickets.edit_ticket(self.market.tickets, ticket_id=ticket, user_id=SELLER, title="Opera", price=price)
        self.promises.priced.pop(ticket, None)
        if self.try_to(work) is None:
            self.promises.priced[ticket] = price

    @rule(target=orders, ticket=tickets)
    def place_order(self, ticket: str) -> Any:
        order_id = self.new_id()
        refused = self.try_to(
            orders.place_order(
                self.market.orders,
                order_id=order_id,
                buyer_id=BUYER,
                ticket_id=ticket,
                seen_price=None,
                currency=USD,
                now=self.market.clock(),
                hold_for=HOLD_FOR,
                broker_connected=lambda: True,
            )
        )
        if refused is None:
            self.promises.placed.add(order_id)
        # An answer may be lost, and the order be there.
        return order_id if self.do(self.market.orders.find(order_id)) else multiple()

    @rule(order=orders)
    def cancel_order(self, order: str) -> None:
        work = orders.cancel_order(self.market.orders, order_id=order, user_id=BUYER, now=self.market.clock())
        if self.try_to(work) is None:
            self.promises.given_up.add(order)

    @rule(order=orders, card=CARDS)
    def pay(self, order: str, card: str) -> None:
        refused = self.try_to(
            pay(
                self.market.deps,
                order_id=order,
                user_id=BUYER,
                token=card,
                now=self.market.clock(),
                broker_connected=lambda: True,
            )
        )
        if isinstance(refused, InvalidState | PaymentDeclined) and not isinstance(
            refused, AlreadyPaid | StillProcessing
        ):
            intent = self.market.bank.intents.get(f"pi_{order}")
            charged = intent.money.captured if intent else 0
            require(not charged, f"I2 the buyer was told “{refused.message}”, and {charged} were taken")

    @rule(target=orders, ticket=tickets, card=CARDS, fate=FATES)
    def buy(self, ticket: str, card: str, fate: str) -> Any:
        """Order and pay while the network is quick; what befalls the order then is what a judge is needed for."""
        ticket = self.a_free_one(ticket)
        self.all_events_come(newest_first=False)
        order = self.place_order(ticket)
        self.all_events_come(newest_first=False)
        if not isinstance(order, str):
            return order
        self.pay(order, SLOW if "paid" in fate else card)
        if fate == "in time":
            return order
        self.time_passes(900, fires=True)
        self.all_events_come(newest_first=False)
        other = self.place_order(ticket) if "resold" in fate else multiple()
        if "paid" in fate:
            self.bank_says_yes(order, by_webhook=True)
        return multiple(order, other) if isinstance(other, str) else order

    @rule(order=orders, by_webhook=st.booleans())
    def bank_says_yes(self, order: str, by_webhook: bool) -> None:
        """The buyer passes 3-D Secure, or a slow bank has decided."""
        self.bank_acts(order, partial(Bank.decide, pays=True))
        if by_webhook:
            self.webhook_comes(order)

    # What banks do, and what Stripe tells of it

    @rule(order=orders, act=ACTS_OF_BANKS)
    def bank_acts(self, order: str, act: Act) -> None:
        """Something happens to the order's intent, if it has one."""
        if f"pi_{order}" in self.market.bank.intents:
            act(self.market.bank, f"pi_{order}")

    @rule(order=orders)
    def webhook_comes(self, order: str) -> None:
        """Once, twice, or about nothing new: it only says that there may be news."""
        self.try_to(self.market.handle_webhook(f"pi_{order}"))

    # What the network does

    @rule(pulls=st.booleans())
    def relay(self, pulls: bool) -> None:
        """A relay that dies before it pulls publishes again."""
        self.try_to(self.market.relay(pulls=pulls))

    @rule(which=st.lists(WHICH, min_size=1, max_size=6))
    def events_come(self, which: list[int]) -> None:
        for one in which:
            self.try_to(self.market.network.deliver(one))

    @rule(newest_first=st.booleans())
    def all_events_come(self, newest_first: bool) -> None:
        """What they cause is published and comes too, as far as it can."""
        for _ in range(3):
            self.try_to(self.market.relay())
            for _ in range(len(self.market.network.pending)):
                self.try_to(self.market.network.deliver(-1 if newest_first else 0))

    @rule(which=st.lists(WHICH, min_size=1, max_size=3))
    def events_come_again(self, which: list[int]) -> None:
        for one in which:
            self.try_to(self.market.network.deliver_again(one))

    # What time and machines do

    @rule(seconds=st.sampled_from([1, 60, 800, 900, 4000]), fires=st.booleans())
    def time_passes(self, seconds: float, fires: bool) -> None:
        self.market.clock.move(seconds)
        if fires:
            self.try_to(self.market.fire())

    @rule()
    def reconciler_looks(self) -> None:
        self.try_to(self.market.reconcile())

    @rule(away=st.booleans())
    def stripe_goes_or_comes_back(self, away: bool) -> None:
        self.market.bank.away = away

    @rule(after=st.integers(0, 2), is_done=st.booleans())
    def write_fails(self, after: int, is_done: bool) -> None:
        """The process dies there, or the database goes away: it is the same to what was stored."""
        self.market.trouble.fails_after, self.market.trouble.is_done = after, is_done

    @rule(call=CALLS, which=st.none() | WHICH)
    def stripe_is_slow(self, call: str, which: int | None) -> None:
        """An event comes while it is asked, or its answer comes too late to be heard."""
        if which is None:
            self.market.bank.loses_answer_of = call
        else:
            self.market.bank.before[call] = lambda: self.market.network.deliver(which)

    @rule(which=WHICH)
    def event_comes_before_the_next_write(self, which: int) -> None:
        self.market.trouble.meanwhile = lambda: self.market.network.deliver(which)
