"""The state machine: random runs of the system, in which everything that may go wrong between services does."""

from collections.abc import Callable
from functools import partial
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import Bundle, initialize, multiple, precondition, rule
from tests.model.bank import Bank
from tests.model.invariants import require
from tests.model.run import SystemRun
from tests.model.system import BUYER, OTHER_BUYER

from ticketing_common.errors import InvalidState, PaymentDeclined
from ticketing_payments.domain.errors import AlreadyPaid, StillProcessing
from ticketing_test_support.payments.stripe import DECLINED, GOOD, OTHER_GOOD, REQUIRES_3DS, SLOW, UNTRIED

CARDS = st.sampled_from([GOOD, SLOW, OTHER_GOOD, DECLINED, REQUIRES_3DS, SLOW, UNTRIED])
CALLS = st.sampled_from(["create", "confirm", "retrieve", "cancel", "refund"])
OUTCOMES = st.sampled_from(["in time", "runs out", "resold", "resold, then paid", "resold, then paid"])
BUYERS = st.sampled_from([BUYER, OTHER_BUYER])
PRICES = st.integers(50, 99)
# Seconds that expiration's clock is ahead; the last is hopelessly wrong.
CLOCKS = [0, 120, -120, 1000]
WHICH = st.integers(0, 40)
MAX_TICKETS = 3
BankAction = Callable[[Bank, str], None]
BANK_ACTIONS: st.SearchStrategy[BankAction] = st.sampled_from(
    [
        partial(Bank.decide, approves=False),
        partial(Bank.refund_in_dashboard_up_to, cents=20),
        partial(Bank.refund_in_dashboard_up_to, cents=1000),
        Bank.fail_refunds,
        Bank.open_dispute,
        Bank.open_dispute,
        partial(Bank.close_dispute, won=True),
        partial(Bank.close_dispute, won=False),
    ]
)


class SystemMachine(SystemRun):
    """What may happen, and how often."""

    tickets = Bundle("tickets")
    orders = Bundle("orders")

    @initialize(
        target=tickets,
        expiration_ahead=st.sampled_from(CLOCKS),
        known=st.booleans(),
        newest_first=st.booleans(),
        bank_approves=st.booleans(),
    )
    def open(self, expiration_ahead: float, known: bool, newest_first: bool, bank_approves: bool) -> str:
        self.begin(expiration_ahead, newest_first=newest_first, bank_approves=bank_approves)
        ticket = self.create_ticket(50)
        if known:
            self.deliver_all_events(newest_first=False)
        return ticket

    # Users

    @precondition(lambda self: len(self.accepted.prices) < MAX_TICKETS)
    @rule(target=tickets, price=PRICES)
    def list_ticket(self, price: int) -> str:
        return self.create_ticket(price)

    @rule(ticket=tickets, price=PRICES)
    def edit_ticket(self, ticket: str, price: int) -> None:
        self.accepted.prices.pop(ticket, None)
        if self.attempt(self.system.edit_ticket(ticket, price)) is None:
            self.accepted.prices[ticket] = price

    @precondition(lambda self: len(self.accepted.prices) > 1 and not self.accepted.withdrawn)
    @rule(target=orders, ticket=tickets, when=st.sampled_from(["on sale", "just ordered", "just ordered", "known"]))
    def withdraw_ticket(self, ticket: str, when: str) -> Any:
        """One at most, and not the only ticket: hardly anything can happen to it afterwards."""
        self.deliver_all_events(newest_first=False)
        order = self.place_order(ticket, BUYER) if when == "just ordered" else multiple()
        if self.attempt(self.system.withdraw_ticket(ticket)) is None:
            self.accepted.withdrawn.add(ticket)
        if when == "known":
            self.deliver_all_events(newest_first=False)
        return order

    @rule(ticket=tickets, buyer=BUYERS, wants=st.booleans())
    def request_or_withdraw_alert(self, ticket: str, buyer: str, wants: bool) -> None:
        if wants:
            self.attempt(self.system.request_alert(self.new_id(), ticket, buyer))
        else:
            self.attempt(self.system.withdraw_alert(ticket, buyer))

    @rule(target=orders, ticket=tickets, buyer=BUYERS)
    def place_order(self, ticket: str, buyer: str) -> Any:
        order_id = self.new_id()
        rejected = self.attempt(self.system.place_order(order_id, ticket, buyer))
        if rejected is None:
            self.accepted.placed.add(order_id)
        # A response may be lost although the order is stored.
        return order_id if self.do(self.system.orders.find(order_id)) else multiple()

    @rule(order=orders)
    def cancel_order(self, order: str) -> None:
        if self.attempt(self.system.cancel_order(order)) is None:
            self.accepted.cancelled.add(order)

    @rule(order=orders, card=CARDS)
    def pay(self, order: str, card: str) -> None:
        rejected = self.attempt(self.system.pay(order, card))
        if isinstance(rejected, InvalidState | PaymentDeclined) and not isinstance(
            rejected, AlreadyPaid | StillProcessing
        ):
            intent = self.system.bank.intents.get(f"pi_{order}")
            charged = intent.money.captured if intent else 0
            require(not charged, f"I2 the response was “{rejected.message}”, and {charged} were charged")

    @rule(target=orders, ticket=tickets, card=CARDS, outcome=OUTCOMES)
    def buy(self, ticket: str, card: str, outcome: str) -> Any:
        """Order and pay while events are fast; what happens to the order then needs a settlement."""
        ticket = self.available_ticket(ticket)
        self.deliver_all_events(newest_first=False)
        order = self.place_order(ticket, BUYER)
        self.deliver_all_events(newest_first=False)
        if not isinstance(order, str):
            return order
        self.pay(order, SLOW if "paid" in outcome else card)
        if outcome == "in time":
            return order
        self.pass_time(900, fires=True)
        self.deliver_all_events(newest_first=False)
        other = self.place_order(ticket, OTHER_BUYER) if "resold" in outcome else multiple()
        if "paid" in outcome:
            self.bank_approves(order, by_webhook=True)
        return multiple(order, other) if isinstance(other, str) else order

    @rule(target=orders, ticket=tickets, sold_on=st.booleans())
    def wait_for_ticket(self, ticket: str, sold_on: bool) -> Any:
        """A user waits for a ticket until its order is cancelled; another may come before the user is told."""
        ticket = self.available_ticket(ticket)
        self.deliver_all_events(newest_first=False)
        order = self.place_order(ticket, BUYER)
        self.deliver_all_events(newest_first=False)
        if not isinstance(order, str):
            return order
        self.request_or_withdraw_alert(ticket, OTHER_BUYER, wants=True)
        self.cancel_order(order)
        self.deliver_events_to("tickets-order-cancelled")
        other = self.place_order(ticket, OTHER_BUYER) if sold_on else multiple()
        self.deliver_events_to("tickets-order-created")
        return multiple(order, other) if isinstance(other, str) else order

    @rule(order=orders, by_webhook=st.booleans())
    def bank_approves(self, order: str, by_webhook: bool) -> None:
        """The buyer passes 3-D Secure, or a slow bank decides."""
        self.bank_acts(order, partial(Bank.decide, approves=True))
        if by_webhook:
            self.webhook_arrives(order)

    # Banks and Stripe

    @rule(order=orders, action=BANK_ACTIONS)
    def bank_acts(self, order: str, action: BankAction) -> None:
        """Something happens to the order's intent, if it has one."""
        if f"pi_{order}" in self.system.bank.intents:
            action(self.system.bank, f"pi_{order}")

    @rule(order=orders)
    def webhook_arrives(self, order: str) -> None:
        """Once, twice, or without a change."""
        self.attempt(self.system.handle_webhook(f"pi_{order}"))

    # The network

    @rule(removes=st.booleans())
    def relay(self, removes: bool) -> None:
        """A relay that crashes before it removes publishes again."""
        self.attempt(self.system.relay(removes=removes))

    @rule(which=st.lists(WHICH, min_size=1, max_size=6))
    def deliver_events(self, which: list[int]) -> None:
        for one in which:
            self.attempt(self.system.network.deliver(one))

    @rule(which=WHICH)
    def deliver_batch(self, which: int) -> None:
        self.attempt(self.system.network.deliver_batch(which))

    @rule(newest_first=st.booleans())
    def deliver_all_events(self, newest_first: bool) -> None:
        """With the events that they cause, as far as possible."""
        for _ in range(3):
            self.attempt(self.system.relay())
            for _ in range(len(self.system.network.pending)):
                self.attempt(self.system.network.deliver(-1 if newest_first else 0))

    @rule(which=st.lists(WHICH, min_size=1, max_size=3))
    def redeliver_events(self, which: list[int]) -> None:
        for one in which:
            self.attempt(self.system.network.deliver_again(one))

    # Time and machines

    @rule(seconds=st.sampled_from([1, 60, 800, 900, 4000]), fires=st.booleans())
    def pass_time(self, seconds: float, fires: bool) -> None:
        self.system.clock.move(seconds)
        if fires:
            self.attempt(self.system.fire())

    @rule()
    def reconcile(self) -> None:
        self.attempt(self.system.reconcile())

    @rule(away=st.booleans())
    def stripe_goes_away_or_comes_back(self, away: bool) -> None:
        self.system.bank.is_down = away

    @rule(after=st.integers(0, 2), is_done=st.booleans())
    def write_fails(self, after: int, is_done: bool) -> None:
        """The process crashes, or the database goes away: what is stored is the same."""
        self.system.write_faults.fails_after, self.system.write_faults.is_done = after, is_done

    @rule(call=CALLS, which=st.none() | WHICH)
    def stripe_is_slow(self, call: str, which: int | None) -> None:
        """An event arrives during a call, or its response comes too late."""
        if which is None:
            self.system.bank.loses_response_of = call
        else:
            self.system.bank.before[call] = lambda: self.system.network.deliver(which)

    @rule(which=WHICH)
    def event_arrives_before_next_write(self, which: int) -> None:
        self.system.write_faults.meanwhile = lambda: self.system.network.deliver(which)
