"""Random lives of the market keep every promise; where one rule of the design is left out, they do not."""

import pytest
from hypothesis.stateful import run_state_machine_as_test
from tests.model import defects
from tests.model.lives import CONTROL, life_on, lives
from tests.model.machine import MarketLife
from tests.model.market import Market
from tests.model.watch import Broken


def test_every_life_of_the_market_keeps_every_promise() -> None:
    run_state_machine_as_test(MarketLife, settings=lives())


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
