"""Declined cards are limited by order and by user; whatever was not declined does not count."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import replace
from datetime import timedelta

import pytest
from limits import parse

from ticketing_common.errors import InvalidState, PaymentDeclined, TooManyRequests, Unavailable
from ticketing_common.mongo import new_id
from ticketing_common.rate_limits import RateLimiter
from ticketing_payments.limits import DeclineLimits
from ticketing_payments.ports import InvalidToken, PaymentDeps
from ticketing_payments.use_cases.pay import pay
from ticketing_test_support.payments.scenario import BUYER, EXPIRES_AT, NOW, PaymentScenario, make_order
from ticketing_test_support.payments.stripe import DECLINED, GOOD, REQUIRES_3DS, USED
from ticketing_test_support.waiting import eventually

TEN, MANY = parse("10/hour"), parse("1000/hour")


def limited(scenario: PaymentScenario, limiter: RateLimiter, *, per_order: str = "10/hour", per_user: str = "10/hour"):
    """The scenario's dependencies, with limits."""
    limits = DeclineLimits(limiter, per_order=parse(per_order), per_user=parse(per_user))
    scenario.deps = replace(scenario.deps, limits=limits)


async def try_to_pay(scenario: PaymentScenario, token: str, times: int) -> Counter[str]:
    """How each attempt ended, one after the other."""
    ends = Counter[str]()
    for _ in range(times):
        try:
            await scenario.pay(token)
            ends["paid"] += 1
        except (PaymentDeclined, TooManyRequests, InvalidState, InvalidToken, Unavailable) as error:
            ends[type(error).__name__] += 1
    return ends


@pytest.fixture
async def replicas(redis_url: str) -> AsyncIterator[list[RateLimiter]]:
    """The limiters of three replicas."""
    async with AsyncExitStack() as stack:
        limiters = [RateLimiter(redis_url) for _ in range(3)]
        for limiter in limiters:
            stack.push_async_callback(limiter.close)
        yield limiters


async def test_eleventh_decline_of_an_order_is_refused_unseen_by_stripe(scenario: PaymentScenario) -> None:
    limited(scenario, RateLimiter())
    assert await try_to_pay(scenario, DECLINED, 12) == {"PaymentDeclined": 10, "TooManyRequests": 2}
    assert len(scenario.stripe.called("confirm")) == 10
    with pytest.raises(TooManyRequests, match=r"Nothing was charged\. Try again in 60 minutes\.") as refusal:
        await scenario.pay(GOOD)
    assert 3500 < refusal.value.retry_after <= 3600


async def test_declines_of_a_user_are_limited_over_all_orders(scenario: PaymentScenario) -> None:
    limited(scenario, RateLimiter(), per_user="3/hour")
    ends = Counter[str]()
    for _ in range(5):
        scenario.order_id = new_id()
        await scenario.record(make_order())
        ends += await try_to_pay(scenario, DECLINED, 1)
    assert ends == {"PaymentDeclined": 3, "TooManyRequests": 2}


async def test_only_declines_count(scenario: PaymentScenario) -> None:
    limited(scenario, RateLimiter(), per_order="1/hour", per_user="1/hour")
    scenario.stripe.loses_response_of = "create"
    assert await try_to_pay(scenario, GOOD, 1) == {"Unavailable": 1}
    assert await try_to_pay(scenario, USED, 2) == {"InvalidToken": 2}
    assert await try_to_pay(scenario, REQUIRES_3DS, 2) == {"paid": 2}
    assert await try_to_pay(scenario, DECLINED, 1) == {"PaymentDeclined": 1}


async def test_success_is_reported_although_the_limit_is_reached(scenario: PaymentScenario) -> None:
    limited(scenario, RateLimiter(), per_user="1/hour")
    await scenario.pay(GOOD)
    paid, scenario.order_id = scenario.order_id, new_id()
    await scenario.record(make_order())
    assert await try_to_pay(scenario, DECLINED, 2) == {"PaymentDeclined": 1, "TooManyRequests": 1}
    scenario.order_id = paid
    assert (await scenario.pay(GOOD)).payment.is_captured


async def test_refusal_comes_after_what_is_wrong_with_the_order_or_token(scenario: PaymentScenario) -> None:
    limited(scenario, RateLimiter(), per_order="1/hour")
    await try_to_pay(scenario, DECLINED, 1)
    assert await try_to_pay(scenario, "nonsense", 1) == {"InvalidToken": 1}
    with pytest.raises(InvalidState):
        await scenario.pay(GOOD, now=EXPIRES_AT)


async def test_order_can_be_paid_once_the_window_has_passed(scenario: PaymentScenario) -> None:
    limited(scenario, RateLimiter(), per_order="1 per 2 seconds", per_user="1 per 2 seconds")
    assert await try_to_pay(scenario, DECLINED, 2) == {"PaymentDeclined": 1, "TooManyRequests": 1}

    async def is_paid() -> bool:
        return bool((await try_to_pay(scenario, GOOD, 1))["paid"])

    await eventually(is_paid)


async def test_limit_is_exact_for_forty_attempts_on_three_replicas(
    scenario: PaymentScenario, replicas: list[RateLimiter]
) -> None:
    def replica(number: int) -> PaymentDeps:
        limits = DeclineLimits(replicas[number % 3], per_order=TEN, per_user=MANY)
        return replace(scenario.deps, limits=limits)

    async def attempt(number: int) -> str:
        try:
            await pay(
                replica(number),
                order_id=scenario.order_id,
                user_id=BUYER,
                token=DECLINED,
                now=NOW + timedelta(seconds=number),
                broker_available=lambda: True,
            )
        except (PaymentDeclined, TooManyRequests) as error:
            return type(error).__name__
        return "paid"

    ends = Counter(await asyncio.gather(*(attempt(number) for number in range(40))))
    assert ends == {"PaymentDeclined": 10, "TooManyRequests": 30}
