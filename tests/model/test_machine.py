"""Random lives of the market keep every promise; where one rule of the design is left out, they do not."""

import pytest
from hypothesis import settings
from hypothesis.stateful import run_state_machine_as_test
from tests.model import defects
from tests.model.lives import BOUNDED, CONTROL, is_long, life_on
from tests.model.machine import MarketLife
from tests.model.market import Market
from tests.model.watch import Broken

# Seconds of work on a free machine; no bound that a busy one breaks.
pytestmark = pytest.mark.timeout(0 if is_long() else 900)


def test_every_life_of_the_market_keeps_every_promise() -> None:
    if is_long():
        run_state_machine_as_test(MarketLife, settings=settings())
    else:
        run_state_machine_as_test(life_on(Market), settings=BOUNDED)


@pytest.mark.parametrize(
    "defective",
    [
        defects.TicketsWithoutFence,
        defects.OrdersThatBelieveOldTickets,
        defects.JudgeThatSellsTwice,
        defects.JudgeWithoutMemory,
        defects.PaymentsThatForgetRefunds,
        defects.OrdersThatExpireOnCommand,
        defects.RelayThatPullsFirst,
    ],
)
def test_a_rule_of_the_design_that_is_left_out_is_missed(defective: type[Market]) -> None:
    with pytest.raises(Broken):
        run_state_machine_as_test(life_on(defective), settings=CONTROL)
