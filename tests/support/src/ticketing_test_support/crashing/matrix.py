"""The matrix: every use case, in every process that it runs through, at every step that it has there."""

from collections.abc import Iterable
from dataclasses import dataclass

from ticketing_common.events import Subject
from ticketing_common.steps import Step
from ticketing_test_support.crash_points import Place
from ticketing_test_support.crashing import stories
from ticketing_test_support.crashing.stories import Story

WRITE = (Step.WRITING, Step.WRITTEN)
SAY = (Step.PUBLISHED, Step.PULLED)
LISTEN = (Step.HEARD, *WRITE, Step.HANDLED)


@dataclass(frozen=True)
class Way:
    """A use case on its way through one process.

    `inside`: functions that are at work when it writes; `says`: the subject that it makes the relay publish.
    """

    name: str
    process: str
    story: Story
    steps: tuple[Step, ...]
    inside: tuple[str, ...] = ()
    durable: str = ""
    says: Subject | None = None
    in_turn: bool = True
    """Whether the process dies soon: then its deaths take turns. Otherwise it dies when an order's time is over."""

    def place(self, step: Step) -> Place:
        """Where the process dies."""
        if step in SAY and self.says is not None:
            return Place(step, subjects=(self.says.value,))
        return Place(step, self.durable, self.inside if step in WRITE else ())


@dataclass(frozen=True)
class Cell:
    """One death."""

    way: Way
    step: Step

    @property
    def place(self) -> Place:
        """Where the process dies."""
        return self.way.place(self.step)

    def __str__(self) -> str:
        return f"{self.way.process}: {self.way.name}: {self.step}"


def cells(ways: Iterable[Way]) -> list[Cell]:
    """Every cell of these rows."""
    return [Cell(way, step) for way in ways for step in way.steps]


MATRIX = (
    Way("sign up", "auth", stories.sign_up, WRITE, ("use_cases.sign_up",)),
    Way(
        *("list a ticket", "tickets", stories.list_a_ticket, (*WRITE, *SAY)),
        inside=("use_cases.create_ticket",),
        says=Subject.TICKET_CREATED,
    ),
    Way(
        *("edit a ticket", "tickets", stories.edit_a_ticket, (*WRITE, *SAY)),
        inside=("use_cases.edit_ticket",),
        says=Subject.TICKET_UPDATED,
    ),
    Way(
        *("an order takes a ticket", "tickets", stories.place_an_order, (*LISTEN, *SAY)),
        inside=("use_cases.apply_order",),
        durable="tickets-order-created",
        says=Subject.TICKET_UPDATED,
    ),
    Way(
        *("a cancelled order frees its ticket", "tickets", stories.cancel_an_order, (*LISTEN, *SAY)),
        inside=("use_cases.apply_order",),
        durable="tickets-order-cancelled",
        says=Subject.TICKET_UPDATED,
    ),
    Way(
        *("a complete order keeps its ticket", "tickets", stories.pay, LISTEN),
        inside=("use_cases.apply_order",),
        durable="tickets-order-completed",
    ),
    Way(
        *("know a ticket", "orders", stories.list_a_ticket, LISTEN),
        inside=("use_cases.remember_ticket",),
        durable="orders-ticket-created",
    ),
    Way(
        *("know an edited ticket", "orders", stories.edit_a_ticket, LISTEN),
        inside=("use_cases.remember_ticket",),
        durable="orders-ticket-updated",
    ),
    Way(
        *("place an order", "orders", stories.place_an_order, (*WRITE, *SAY)),
        inside=("use_cases.place_order",),
        says=Subject.ORDER_CREATED,
    ),
    Way(
        *("cancel an order", "orders", stories.cancel_an_order, (*WRITE, *SAY)),
        inside=("use_cases.cancel_order",),
        says=Subject.ORDER_CANCELLED,
    ),
    Way(
        *("an order expires", "orders", stories.forget_an_order, (*LISTEN, *SAY)),
        inside=("use_cases.expire_order",),
        durable="orders-expiration-complete",
        says=Subject.ORDER_CANCELLED,
        in_turn=False,
    ),
    Way(
        *("a payment completes its order", "orders", stories.pay, (*LISTEN, *SAY)),
        inside=("judge.judge_payment",),
        durable="orders-payment-created",
        says=Subject.ORDER_COMPLETED,
    ),
    Way(
        *("a late payment brings its order back", "orders", stories.pay_unnoticed_and_run_out_of_time, (*LISTEN, *SAY)),
        inside=("judge._reinstate",),
        durable="orders-payment-created",
        says=Subject.ORDER_COMPLETED,
        in_turn=False,
    ),
    Way(
        *("a payment is refused", "orders", stories.pay_unnoticed_and_give_up, (*LISTEN, *SAY)),
        inside=("judge._refuse",),
        durable="orders-payment-created",
        says=Subject.ORDER_REFUND_DUE,
    ),
    Way(
        *("show a decline", "orders", stories.be_declined, LISTEN),
        inside=("use_cases.show_payment",),
        durable="orders-payment-failed",
    ),
    Way(
        *("show a refund", "orders", stories.pay_unnoticed_and_give_up, LISTEN),
        inside=("use_cases.show_payment",),
        durable="orders-payment-refunded",
    ),
    Way(
        *("know an order", "payments", stories.place_an_order, LISTEN),
        inside=("use_cases.hear_of_order",),
        durable="payments-order-created",
    ),
    Way(
        *("know a cancelled order", "payments", stories.cancel_an_order, LISTEN),
        inside=("use_cases.hear_of_order",),
        durable="payments-order-cancelled",
    ),
    Way(
        *("call a payment off", "payments", stories.be_called_off, (*WRITE, *SAY)),
        inside=("use_cases.call_off",),
        durable="payments-order-cancelled",
        says=Subject.PAYMENT_FAILED,
    ),
    Way(
        *("know a complete order", "payments", stories.pay, LISTEN),
        inside=("use_cases.hear_of_order",),
        durable="payments-order-completed",
    ),
    Way("begin to pay", "payments", stories.pay, WRITE, ("pay._begin_attempt",)),
    Way(
        *("pay", "payments", stories.pay, (*WRITE, *SAY)),
        inside=("pay.pay", "use_cases.take_over"),
        says=Subject.PAYMENT_CREATED,
    ),
    Way(
        *("pay with a card that is declined", "payments", stories.be_declined, (*WRITE, *SAY)),
        inside=("pay.pay", "use_cases.take_over"),
        says=Subject.PAYMENT_FAILED,
    ),
    Way(
        *("hear Stripe's webhook", "payments", stories.satisfy_the_bank, (*WRITE, *SAY)),
        inside=("webhooks.hear_webhook", "use_cases.take_over"),
        says=Subject.PAYMENT_CREATED,
    ),
    Way(
        *("ask Stripe", "payments", stories.pay_unnoticed_and_be_asked_about, WRITE),
        inside=("reconciler.Reconciler._ask",),
    ),
    Way(
        *("take over what Stripe answers", "payments", stories.pay_unnoticed_and_be_asked_about, (*WRITE, *SAY)),
        inside=("reconciler.Reconciler._ask", "use_cases.take_over"),
        says=Subject.PAYMENT_CREATED,
    ),
    Way(
        *("store a refund", "payments", stories.pay_unnoticed_and_give_up, LISTEN),
        inside=("use_cases.refund",),
        durable="payments-order-refund-due",
    ),
    Way(
        *("take over a refund that was made", "payments", stories.pay_unnoticed_and_give_up, (*WRITE, *SAY)),
        inside=("use_cases.make_refund", "use_cases.take_over"),
        durable="payments-order-refund-due",
        says=Subject.PAYMENT_REFUNDED,
    ),
    Way(
        *("watch an order", "expiration", stories.place_an_order, LISTEN),
        inside=("use_cases.watch_order",),
        durable="expiration-order-created",
    ),
    Way(
        *("an order is heard of too late", "expiration", stories.be_heard_of_too_late, WRITE),
        inside=("use_cases.watch_order",),
        durable="expiration-order-created",
    ),
    Way(
        *("tell that an order is due", "expiration", stories.forget_an_order, SAY),
        says=Subject.EXPIRATION_COMPLETE,
        in_turn=False,
    ),
    Way(
        *("the sweep fires", "expiration", stories.forget_while_the_worker_is_still, WRITE),
        inside=("sweep.Sweep._sweep", "use_cases.fire_due"),
    ),
    Way(
        *("the timer fires", "expiration-worker", stories.forget_until_the_timer_rings, WRITE),
        inside=("use_cases.fire_due",),
    ),
)

# One use case of each process: what `make test` has the time for.
SAMPLE = tuple(
    way for way in MATRIX if way.name in {"sign up", "list a ticket", "cancel an order", "pay", "watch an order"}
)
