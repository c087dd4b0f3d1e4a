"""Requests to pay with an Idempotency-Key: twins, lost responses, crashes and what happened since."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from limits import parse

from ticketing_common.errors import AppError, KeyReused, NotFound, PaymentDeclined, Unavailable
from ticketing_common.events import CancelReason, PaymentCreated, PaymentFailed
from ticketing_common.idempotency import REMEMBERED_FOR, StoredRequest
from ticketing_common.mongo import new_id
from ticketing_common.rate_limits import RateLimiter
from ticketing_payments.domain.errors import OrderCancelled, OrderExpired
from ticketing_payments.domain.requests import LEASE
from ticketing_payments.limits import DeclineLimits
from ticketing_payments.ports import InvalidToken
from ticketing_payments.schemas import response_to
from ticketing_payments.use_cases.pay_once import Result
from ticketing_test_support.payments.scenario import EXPIRES_AT, NOW, PaymentScenario, make_order
from ticketing_test_support.payments.stripe import DECLINED, GOOD, OTHER_GOOD, REQUIRES_3DS, UNTRIED, USED

Happened = Callable[[PaymentScenario], Awaitable[object]]


def shown(outcome: Result | StoredRequest) -> tuple[int, str]:
    """The status and body of the response."""
    if isinstance(outcome, StoredRequest):
        return outcome.status or 0, outcome.body
    response = response_to(outcome)
    return response.status_code, bytes(response.body).decode()


async def refund(scenario: PaymentScenario) -> None:
    await scenario.refund()


async def cancel(scenario: PaymentScenario) -> None:
    await scenario.cancel()


async def pay_with_another_card(scenario: PaymentScenario) -> None:
    await scenario.pay_once(OTHER_GOOD, key="another key")


async def pass_authentication(scenario: PaymentScenario) -> None:
    scenario.stripe.capture(scenario.intent_id)
    await scenario.refresh()


@pytest.mark.parametrize(
    ("token", "status", "happened"),
    [
        (GOOD, 201, refund),
        (DECLINED, 402, cancel),
        (DECLINED, 402, pay_with_another_card),
        (REQUIRES_3DS, 201, pass_authentication),
    ],
)
async def test_retry_gets_the_first_response_whatever_happened_since(
    scenario: PaymentScenario, token: str, status: int, happened: Happened
) -> None:
    first = shown(await scenario.pay_once(token))
    await happened(scenario)
    confirmed = len(scenario.stripe.called("confirm"))
    again = await scenario.pay_once(token, now=EXPIRES_AT)
    assert isinstance(again, StoredRequest)
    assert (shown(again), first[0], len(scenario.stripe.called("confirm"))) == (first, status, confirmed)


async def test_client_secret_is_replayed_but_not_stored(scenario: PaymentScenario) -> None:
    await scenario.pay_once(REQUIRES_3DS)
    assert "_secret_" not in repr(await scenario.store.documents.find(scenario.order_id))
    assert (
        json.loads(shown(await scenario.pay_once(REQUIRES_3DS))[1])["clientSecret"] == f"{scenario.intent_id}_secret_1"
    )


@pytest.mark.parametrize(("token", "events"), [(GOOD, PaymentCreated), (DECLINED, PaymentFailed)])
async def test_twins_try_the_card_once_and_get_equal_responses(
    scenario: PaymentScenario, token: str, events: type[PaymentCreated | PaymentFailed]
) -> None:
    outcomes = await asyncio.gather(*(scenario.pay_once(token) for _ in range(20)))
    assert {shown(outcome) for outcome in outcomes} == {shown(outcomes[0])}
    assert len(scenario.stripe.called("confirm")) == len(await scenario.published(events)) == 1


async def test_twin_waits_while_the_first_is_at_stripe(scenario: PaymentScenario) -> None:
    twins = []

    async def twin_arrives() -> None:
        twins.append(asyncio.create_task(scenario.pay_once()))
        await asyncio.sleep(0.05)
        assert not twins[0].done()

    scenario.stripe.before["confirm"] = twin_arrives
    first = await scenario.pay_once()
    assert shown(await twins[0]) == shown(first)
    assert scenario.stripe.called("confirm") == [GOOD]


async def test_twins_hold_one_place_of_the_limit_of_declines(scenario: PaymentScenario) -> None:
    limits = DeclineLimits(RateLimiter(), per_order=parse("1/hour"), per_user=parse("1/hour"))
    scenario.deps = replace(scenario.deps, limits=limits)
    outcomes = await asyncio.gather(*(scenario.pay_once() for _ in range(5)))
    assert {shown(outcome)[0] for outcome in outcomes} == {201}


@pytest.mark.parametrize("body", ["another card", "another order"])
async def test_key_of_another_request_is_refused_before_any_effect(scenario: PaymentScenario, body: str) -> None:
    async def other_request() -> None:
        if body == "another order":
            scenario.order_id = new_id()
            await scenario.record(make_order())
        with pytest.raises(KeyReused):
            await scenario.pay_once(OTHER_GOOD)

    order_id, scenario.stripe.before["confirm"] = scenario.order_id, other_request  # while the first is in progress
    await scenario.pay_once()
    scenario.order_id = order_id
    await other_request()
    assert (scenario.stripe.captures, len(scenario.stripe.intents)) == (1, 1)


@pytest.mark.parametrize("place", ["same order", "another order"])
async def test_key_may_be_used_anew_after_a_day(scenario: PaymentScenario, place: str) -> None:
    await scenario.pay_once(DECLINED)
    if place == "another order":
        scenario.order_id = new_id()
        await scenario.record(make_order())
    scenario.deps = replace(scenario.deps, now=lambda: NOW + REMEMBERED_FOR)
    assert shown(await scenario.pay_once(GOOD))[0] == 201


@pytest.mark.parametrize(
    ("token", "error"), [(USED, InvalidToken), (UNTRIED, Unavailable), (GOOD, OrderCancelled), (GOOD, NotFound)]
)
async def test_refusal_is_not_remembered(scenario: PaymentScenario, token: str, error: type[AppError]) -> None:
    if error is OrderCancelled:
        await scenario.cancel()
    if error is NotFound:
        scenario.order_id = "5f" * 12
    with pytest.raises(error):
        await scenario.pay_once(token)
    stored = await scenario.store.find(scenario.order_id)
    assert stored is None or stored.requests == ()


@pytest.mark.parametrize("fault", ["create is lost", "confirm is lost", *(f"crash at write {n}" for n in range(4))])
@pytest.mark.parametrize("token", [GOOD, DECLINED])
async def test_retry_after_a_lost_response_or_crash_has_one_effect(
    scenario: PaymentScenario, fault: str, token: str
) -> None:
    scenario.stripe.loses_response_of = fault.split(maxsplit=1)[0] if fault.endswith("lost") else None
    scenario.faults.fails_after = int(fault[-1]) if fault.startswith("crash") else -1
    scenario.faults.is_done = True
    first: Result | StoredRequest | None = None
    try:
        first = await scenario.pay_once(token)
    except Unavailable:
        scenario.deps = replace(scenario.deps, now=lambda: NOW + LEASE)
    again = await scenario.pay_once(token)
    assert shown(again)[0] == (201 if token == GOOD else 402)
    assert first is None or shown(first) == shown(again)
    assert len(await scenario.published(PaymentCreated if token == GOOD else PaymentFailed)) == 1
    assert scenario.stripe.captures == (token == GOOD)


async def test_response_is_stored_in_the_write_of_its_effect(scenario: PaymentScenario) -> None:
    scenario.faults.fails_after, scenario.faults.is_done = 2, True  # after the claim and the beginning of the attempt
    with pytest.raises(Unavailable):
        await scenario.pay_once(DECLINED)
    assert (await scenario.payment()).declines
    await scenario.cancel()
    assert shown(await scenario.pay_once(DECLINED, now=EXPIRES_AT))[0] == 402


async def test_request_of_a_killed_process_is_taken_over(scenario: PaymentScenario) -> None:
    class Killed(BaseException):
        """The process ends here."""

    async def die() -> None:
        raise Killed

    scenario.stripe.before["confirm"] = die
    with pytest.raises(Killed):
        await scenario.pay_once()
    scenario.deps = replace(scenario.deps, now=lambda: NOW + LEASE)
    assert shown(await scenario.pay_once())[0] == 201
    assert scenario.stripe.captures == 1


async def test_taken_over_request_gets_one_response(scenario: PaymentScenario) -> None:
    twins = []

    async def twin_takes_over() -> None:
        scenario.deps = replace(scenario.deps, now=lambda: NOW + LEASE)
        twins.append(await scenario.pay_once())
        await scenario.refund()

    scenario.stripe.before["confirm"] = twin_takes_over
    first = await scenario.pay_once()
    assert shown(first) == shown(twins[0])


async def test_failed_takeover_keeps_the_key_of_a_request_at_stripe(scenario: PaymentScenario) -> None:
    async def busy() -> None:
        raise Unavailable

    async def twin_fails() -> None:
        scenario.deps = replace(scenario.deps, now=lambda: NOW + LEASE)
        scenario.stripe.before["confirm"] = busy
        with pytest.raises(Unavailable):
            await scenario.pay_once(DECLINED)
        with pytest.raises(KeyReused):
            await scenario.pay_once(OTHER_GOOD)

    scenario.stripe.before["confirm"] = twin_fails
    first = await scenario.pay_once(DECLINED)
    assert shown(await scenario.pay_once(DECLINED)) == shown(first)


async def test_expired_order_is_refused_as_without_a_key(scenario: PaymentScenario) -> None:
    with pytest.raises(OrderExpired):
        await scenario.pay_once(now=EXPIRES_AT)
    await scenario.cancel(CancelReason.EXPIRED)
    with pytest.raises(OrderExpired):
        await scenario.pay_once(now=NOW + timedelta(seconds=1))


async def test_payment_without_a_key_is_not_remembered(scenario: PaymentScenario) -> None:
    with pytest.raises(PaymentDeclined):
        await scenario.pay(DECLINED)
    assert (await scenario.payment()).requests == ()
