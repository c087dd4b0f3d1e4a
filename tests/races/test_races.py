"""Competing requests keep every guarantee; without the guard that protects from a race, they do not."""

from typing import Any

import pytest
from tests.races.conftest import Open
from tests.races.expirations import ExpireAgainstPay, FastClock, LatePaymentAgainstNewBuyer
from tests.races.payments import CancelAgainstPay, PaymentReportedAgain, TwoTabs
from tests.races.race import Race, Rounds
from tests.races.reservations import EditAgainstOrder, ManyBuyers, ManyTickets, SignUps
from tests.races.withdrawals import LatePaymentAgainstWithdrawal, TabsOfTheSeller, WithdrawalAgainstOrder

RACES: list[type[Race]] = [
    ManyBuyers,
    ManyTickets,
    SignUps,
    EditAgainstOrder,
    WithdrawalAgainstOrder,
    TabsOfTheSeller,
    TwoTabs,
    CancelAgainstPay,
    PaymentReportedAgain,
    ExpireAgainstPay,
    FastClock,
    LatePaymentAgainstNewBuyer,
    LatePaymentAgainstWithdrawal,
]


def marked(race: type[Race]) -> Any:
    return pytest.param(race(), id=race.__name__, marks=[pytest.mark.long_run] if race.slow else [])


@pytest.fixture
def open_system(race: Race, request: pytest.FixtureRequest) -> Open:
    """Opens what the race needs; the running stack is started only for races that need it."""
    opener: Open = request.getfixturevalue("open_stack" if race.options is None else "open_in_process")
    return opener


@pytest.mark.parametrize("race", [marked(race) for race in RACES])
async def test_race_keeps_guarantees(race: Race, open_system: Open, rounds: Rounds) -> None:
    async with open_system(**(race.options or {})) as system:
        outcomes = await race.run_all(system, rounds)
        snapshot, findings = await system.settled(
            {ticket_id for outcome in outcomes for ticket_id in outcome.ticket_ids}
        )
    assert [finding for finding in findings if finding.guarantee not in race.ignored] == []
    assert race.problems(snapshot, outcomes) == []


@pytest.mark.long_run
@pytest.mark.parametrize("race", [pytest.param(race(), id=race.__name__) for race in RACES])
async def test_race_without_its_guard_is_caught(race: Race, open_in_process: Open) -> None:
    async with open_in_process(**race.defect_options) as system:
        outcome = await race.run_without_guard(system)
        snapshot, findings = await system.settled(set(outcome.ticket_ids))
    assert any(map(race.is_defect, findings)), findings
    assert race.problems(snapshot, [outcome]) != []
