"""Random runs of the system keep every guarantee; with one rule of the design broken they do not.

In `make test` the runs are few and always the same: one seed and no database of examples. `make test-long` makes many
new ones, prints their seed, and keeps what failed in `.hypothesis`.
"""

import pytest
from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis.stateful import run_state_machine_as_test
from tests.model import defects
from tests.model.invariants import Violation
from tests.model.machine import SystemMachine
from tests.model.system import System

SEED = 2
BOUNDED = settings(
    max_examples=40,
    stateful_step_count=50,
    database=None,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)
# A defect is caught by its first violation, which need not be made small.
UNTIL_FIRST_VIOLATION = settings(BOUNDED, phases=[Phase.generate], max_examples=200)
IS_LONG = settings.get_current_profile_name() == "long"
pytestmark = pytest.mark.timeout(0 if IS_LONG else 900)


def machine_of(system_type: type[System]) -> type[SystemMachine]:
    machine = type(f"MachineOf{system_type.__name__}", (SystemMachine,), {"system_type": system_type})
    return seed(SEED)(machine)


def test_random_runs_keep_every_guarantee() -> None:
    if IS_LONG:
        run_state_machine_as_test(SystemMachine, settings=settings())
    else:
        run_state_machine_as_test(machine_of(System), settings=BOUNDED)


@pytest.mark.parametrize("defect", defects.ALL)
def test_random_runs_catch_defect(defect: type[System]) -> None:
    with pytest.raises(Violation):
        run_state_machine_as_test(machine_of(defect), settings=UNTIL_FIRST_VIOLATION)
