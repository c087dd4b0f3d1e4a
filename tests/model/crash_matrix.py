"""The crash matrix: scenarios in which every use case and listener runs, crashed at every point of every step."""

from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from tests.model.convergence import check_alerts, check_audit, check_redelivery, converge
from tests.model.network import Delivery, Network
from tests.model.system import ANY_TIME, BUYER, HOLD_FOR, RULES, Indexes, System

from ticketing_auth.emails import parse_email
from ticketing_auth.store import INDEXES as AUTH
from ticketing_auth.store import MongoRevocationStore, MongoUserStore
from ticketing_auth.use_cases import change_password, delete_account, sign_in, sign_out, sign_up
from ticketing_common.errors import AppError
from ticketing_common.events import Subject
from ticketing_common.messaging import Listener
from ticketing_common.mongo import Database, Documents, DuplicateKey, new_id
from ticketing_common.outbox import Relay
from ticketing_common.revocations import Revocations
from ticketing_common.tokens import CurrentUser
from ticketing_test_support.accounts import account_deps
from ticketing_test_support.crashes import Crash, CrashingCollection, CrashInjector, CrashPoint
from ticketing_test_support.payments.stripe import DECLINED, GOOD, SLOW

TICKET, ORDER = f"{1:024x}", f"{2:024x}"
ALERT, OTHER_ALERT = f"{5:024x}", f"{6:024x}"
OTHER_TICKET, OTHER_ORDER = f"{3:024x}", f"{4:024x}"
DURABLES = {listener.durable for listener in System().make_listeners()}
INTENT = f"pi_{ORDER}"


class CrashableDatabase:
    """A database whose collections report their writes."""

    def __init__(self, database: Database, injector: CrashInjector) -> None:
        self._database = database
        self._injector = injector

    def collection(self, name: str) -> CrashingCollection:
        """The collection of this name."""
        return CrashingCollection(self._database.collection(name), self._injector)

    def require_ready(self) -> None:
        """It always is."""


class CrashableNetwork(Network):
    """A network whose consumers report that they are about to acknowledge."""

    def __init__(self, listeners: Sequence[Listener[Any]], injector: CrashInjector) -> None:
        super().__init__(listeners)
        self._injector = injector

    def _acknowledge(self, delivery: Delivery) -> None:
        self._injector.reach(CrashPoint.BEFORE_ACK)
        super()._acknowledge(delivery)


EMAIL, PASSWORD, NEW_PASSWORD = parse_email("buyer@example.com"), "open sesame", "open barley"


class CrashableSystem(System):
    """A system that crashes where `injector` is armed, with the real relay."""

    def __init__(self) -> None:
        self.injector = CrashInjector()
        super().__init__()
        database = self.make_database(AUTH)
        self.users, self.revocations = MongoUserStore(database), MongoRevocationStore(database)

    @property
    def outboxes(self) -> list[Documents]:
        return [*super().outboxes, self.users.documents, self.revocations.documents]

    def make_database(self, indexes: Indexes) -> Any:
        return CrashableDatabase(super().make_database(indexes), self.injector)

    def make_network(self, listeners: Sequence[Listener[Any]]) -> Network:
        return CrashableNetwork(listeners, self.injector)

    async def relay(self, *, removes: bool = True) -> int:
        count = 0
        for outbox in self.outboxes:
            for pending in await outbox.pending(before=ANY_TIME, limit=256):
                count += len(pending.envelopes)
                relay = Relay([outbox], InMemoryPublisher(self.network, self.injector))
                relay.notify(outbox, pending)
                await relay.close()  # publishes what it was notified of
        return count


@dataclass
class InMemoryPublisher:
    """An EventPublisher that hands events to the network, and reports it."""

    network: Network
    injector: CrashInjector
    connected: bool = True

    async def publish(self, envelopes: Any) -> set[str]:
        self.network.publish(envelopes)
        self.injector.reach(CrashPoint.AFTER_PUBLISH)
        return {envelope.id for envelope in envelopes}


@dataclass(frozen=True)
class Step:
    """One use case or listener at work; afterwards its events are published."""

    name: str
    run: Callable[[CrashableSystem], Awaitable[object]] = field(repr=False)

    def __str__(self) -> str:
        return self.name


def deliver(durable: str) -> Step:
    """The listener handles all events under way to it."""
    return Step(durable, lambda system: system.network.deliver_to(durable))


def deliver_batch(durable: str) -> Step:
    """The listener handles all events under way to it at once."""
    return Step(batch_name(durable), lambda system: system.network.deliver_batch_to(durable))


def batch_name(durable: str) -> str:
    """Of the step in which a listener handles a batch."""
    return f"{durable}, batch"


def in_batches(*steps: Step) -> tuple[Step, ...]:
    """The same steps, but each listener of them handles batches."""
    return tuple(deliver_batch(step.name) if step.name in DURABLES else step for step in steps)


def pay_with(card: str) -> Step:
    """The buyer pays."""
    return Step("payments.pay", lambda system: system.pay(ORDER, card))


def pay_once_with(card: str) -> Step:
    """The buyer pays, by a request with a key."""
    return Step("payments.pay_once", lambda system: system.pay_once(ORDER, card))


async def _create_once(system: CrashableSystem) -> None:
    await system.create_ticket_once(new_id(), 2000)


async def _sign_up(system: CrashableSystem) -> None:
    deps = account_deps(system.users)
    await sign_up(deps, user_id=BUYER, email=EMAIL, password=PASSWORD, address="", now=system.clock())


async def _outdate_hash(system: CrashableSystem) -> None:
    user = await system.users.find_by_email(EMAIL)
    assert user is not None
    await system.users.upgrade_hash(user, "emases nepo!")


async def _sign_in(system: CrashableSystem) -> None:
    await sign_in(account_deps(system.users), email=EMAIL, password=PASSWORD, address="")


def _session(system: CrashableSystem) -> CurrentUser:
    now = int(system.clock().timestamp())
    return CurrentUser(BUYER, EMAIL.normalized, now, now + 60, session_id="s1", generation=0, started_at=now)


async def _sign_out(system: CrashableSystem) -> None:
    await sign_out(system.revocations, Revocations(), [_session(system)], now=system.clock())


async def _change_password(system: CrashableSystem) -> None:
    deps, session, now = account_deps(system.users), _session(system), system.clock()
    await change_password(deps, Revocations(), session, current=PASSWORD, new=NEW_PASSWORD, address="", now=now)


async def _delete_account(system: CrashableSystem) -> None:
    deps, session, now = account_deps(system.users), _session(system), system.clock()
    await delete_account(deps, Revocations(), session, password=NEW_PASSWORD, address="", now=now)


async def _bank_captures(system: CrashableSystem) -> None:
    if not system.bank.intents[INTENT].money.captured:
        system.bank.capture(INTENT)


async def _lose_confirmation(system: CrashableSystem) -> None:
    system.bank.loses_response_of = "confirm"


def _pass(seconds: float) -> Step:
    async def pass_time(system: CrashableSystem) -> None:
        system.clock.move(seconds)

    return Step("time passes", pass_time)


SIGN_UP = Step("auth.sign_up", _sign_up)
OUTDATE_HASH = Step("parameters of hashes change", _outdate_hash)
SIGN_IN = Step("auth.sign_in", _sign_in)
SIGN_OUT = Step("auth.sign_out", _sign_out)
CHANGE_PASSWORD = Step("auth.change_password", _change_password)
DELETE_ACCOUNT = Step("auth.delete_account", _delete_account)
CREATE_TICKET = Step("tickets.create_ticket", lambda system: system.create_ticket(TICKET, 2000))
CREATE_ONCE = Step("tickets.create_ticket", _create_once)
EDIT_TICKET = Step("tickets.edit_ticket", lambda system: system.edit_ticket(TICKET, 2500))
WITHDRAW_TICKET = Step("tickets.withdraw_ticket", lambda system: system.withdraw_ticket(TICKET))
REQUEST_ALERT = Step("tickets.request_alert", lambda system: system.request_alert(ALERT, TICKET, BUYER))
REQUEST_OTHER_ALERT = Step("tickets.request_alert", lambda system: system.request_alert(OTHER_ALERT, TICKET))
WITHDRAW_ALERT = Step("tickets.withdraw_alert", lambda system: system.withdraw_alert(TICKET))
SETTLE_ALERTS = Step("tickets.settle_all", lambda system: system.settle_alerts())
PLACE_ORDER = Step("orders.place_order", lambda system: system.place_order(ORDER, TICKET))
PLACE_AGAIN = Step("orders.place_order", lambda system: system.place_order(OTHER_ORDER, TICKET))
CANCEL_ORDER = Step("orders.cancel_order", lambda system: system.cancel_order(ORDER))
FIRE = Step("expiration.fire_due", lambda system: system.fire())
WEBHOOK = Step("payments.handle_webhook", lambda system: system.handle_webhook(INTENT))
RECONCILE = Step("payments.reconcile_due", lambda system: system.reconcile())
CAPTURE = Step("bank captures", _bank_captures)
TIME_OUT = _pass(HOLD_FOR.total_seconds())
COOL_DOWN = _pass(RULES.cooldown.total_seconds())

ORDERED = (
    CREATE_TICKET,
    deliver("orders-ticket-created"),
    PLACE_ORDER,
    deliver("tickets-order-created"),
    deliver("payments-order-created"),
    deliver("expiration-order-created"),
)
CANCELLED = (deliver("tickets-order-cancelled"), deliver("payments-order-cancelled"))
SETTLED = (deliver("orders-payment-created"),)
COMPLETED = (*SETTLED, deliver("tickets-order-completed"), deliver("payments-order-completed"))
EXPIRED = (TIME_OUT, FIRE, deliver("orders-expiration-complete"))

SALE = (*ORDERED, pay_with(GOOD), *COMPLETED)
EDIT = (CREATE_TICKET, deliver("orders-ticket-created"), EDIT_TICKET, deliver("orders-ticket-updated"))
WITHDRAWN = deliver("orders-ticket-withdrawn")
WITHDRAWAL = (CREATE_TICKET, deliver("orders-ticket-created"), WITHDRAW_TICKET, WITHDRAWN, PLACE_ORDER)
EXPIRY = (*ORDERED, *EXPIRED, *CANCELLED)
WAITED_FOR = (*ORDERED, REQUEST_ALERT, REQUEST_OTHER_ALERT)
TOLD = (*WAITED_FOR, *EXPIRED, *CANCELLED, deliver("tickets-availability-alerts"))
TWO_OF_EACH = (
    Step("another ticket", lambda system: system.create_ticket(OTHER_TICKET, 3000)),
    *ORDERED[:2],
    Step("another order", lambda system: system.place_order(OTHER_ORDER, OTHER_TICKET)),
    *ORDERED[2:],
)

SCENARIOS: dict[str, tuple[Step, ...]] = {
    "account": (SIGN_UP, OUTDATE_HASH, SIGN_IN, SIGN_OUT),
    "deleted account": (SIGN_UP, CHANGE_PASSWORD, DELETE_ACCOUNT),
    "sale": SALE,
    "sale, in batches": in_batches(*SALE),
    "requests to pay with keys": (*ORDERED[:5], pay_once_with(DECLINED), pay_once_with(GOOD), *COMPLETED),
    "new ticket, by a request with a key": (CREATE_ONCE, deliver("orders-ticket-created")),
    "edit": EDIT,
    "edit, in batches": in_batches(*EDIT),
    "withdrawal": WITHDRAWAL,
    "withdrawal, in batches": in_batches(*WITHDRAWAL),
    "withdrawal of an ordered ticket": (*ORDERED[:3], WITHDRAW_TICKET, *ORDERED[3:], *EXPIRED, *CANCELLED, WITHDRAWN),
    "alerts": TOLD,
    "alerts, in batches": in_batches(*TOLD),
    "alerts for a sold ticket": (*WAITED_FOR, WITHDRAW_ALERT, pay_with(GOOD), *COMPLETED, SETTLE_ALERTS),
    "alert of a deleted account": (
        *(SIGN_UP, CHANGE_PASSWORD, *ORDERED, REQUEST_ALERT, DELETE_ACCOUNT),
        deliver("tickets-alerts-account-deleted"),
    ),
    "second card": (*ORDERED, pay_with(DECLINED), deliver("orders-payment-failed"), pay_with(GOOD), *COMPLETED),
    "cancellation": (*ORDERED, pay_with(DECLINED), CANCEL_ORDER, *CANCELLED),
    "second reservation": (*ORDERED, CANCEL_ORDER, *CANCELLED, COOL_DOWN, PLACE_AGAIN, *ORDERED[3:]),
    "expiry": EXPIRY,
    "two expiries, in batches": in_batches(*TWO_OF_EACH, *EXPIRED, *CANCELLED),
    "due on arrival": (*ORDERED[:-1], TIME_OUT, ORDERED[-1], *EXPIRED[1:], *CANCELLED),
    "webhook": (*ORDERED, pay_with(SLOW), CAPTURE, WEBHOOK, *COMPLETED),
    "lost confirmation": (
        *ORDERED,
        Step("Stripe loses a response", _lose_confirmation),
        pay_with(GOOD),
        _pass(120),
        RECONCILE,
        *COMPLETED,
    ),
    "late payment": (*ORDERED, pay_with(SLOW), *EXPIRED, CAPTURE, WEBHOOK, *SETTLED, *COMPLETED[1:]),
    "refund": (
        *ORDERED,
        pay_with(SLOW),
        CANCEL_ORDER,
        CAPTURE,
        WEBHOOK,
        *SETTLED,
        deliver("payments-order-refund-due"),
        deliver("orders-payment-refunded"),
    ),
}


@dataclass(frozen=True)
class Cell:
    """A crash at the `nth` time that the `step` of a scenario reaches `point`."""

    scenario: str
    step: int
    point: CrashPoint
    nth: int

    @property
    def name(self) -> str:
        """Of the use case or listener."""
        return SCENARIOS[self.scenario][self.step].name

    def __str__(self) -> str:
        return f"{self.scenario}, {self.step} {self.name}, {self.point} {self.nth}"


async def run_step(system: CrashableSystem, step: Step) -> None:
    """As a client or a consumer does; a retry may be rejected because the first attempt was stored."""
    with suppress(AppError, DuplicateKey):
        await step.run(system)
    await system.relay()


async def cells() -> list[Cell]:
    """Every point that every step reaches."""
    found = []
    for scenario, steps in SCENARIOS.items():
        system = CrashableSystem()
        for number, step in enumerate(steps):
            system.injector.reached.clear()
            await run_step(system, step)
            reached = sorted(system.injector.reached.items())
            found += [Cell(scenario, number, point, nth + 1) for point, times in reached for nth in range(times)]
    return found


async def outcome(system_type: type[CrashableSystem], scenario: str, crash: Cell | None = None) -> dict[str, Any]:
    """What is stored and charged in the end, when the step of the cell crashed once and was retried."""
    system = system_type()
    for number, step in enumerate(SCENARIOS[scenario]):
        if crash is not None and crash.step == number:
            await _crash_in(system, step, crash)
        await run_step(system, step)
    await converge(system)
    snapshot = await system.snapshot()
    check_alerts(snapshot)
    check_audit(system, snapshot)
    await check_redelivery(system, snapshot)
    return {
        "user": await system.users.find_by_email(EMAIL),
        "revoked": {event.id for event in system.network.stream.values() if event.subject == Subject.SESSION_REVOKED},
        "tickets": [
            (doc["title"], doc["price"], doc["order_id"], doc["buyable"], doc["withdrawn"]) for doc in snapshot.tickets
        ],
        "alerts": [(doc["id"], doc["state"], doc.get("email")) for doc in snapshot.alerts],
        "orders": [
            (doc["status"], doc["reason"], *(line["step"] for line in doc["history"])) for doc in snapshot.orders
        ],
        "payments": [(doc["status"], doc["money"]) for doc in snapshot.payments],
        "charged": system.bank.captures,
    }


async def _crash_in(system: CrashableSystem, step: Step, crash: Cell) -> None:
    system.injector.arm(crash.point, crash.nth)
    try:
        await run_step(system, step)
    except Crash:
        return
    raise AssertionError(f"no crash: {crash}")
