"""The fixtures of the whole workspace: real servers, started once a run."""

import os

import pytest
from hypothesis import settings

# A machine that is busy with other things is no failure of what is tested.
settings.register_profile("ci", deadline=None)
# For `make test-long`; LIVES says how many.
settings.register_profile(
    "long", deadline=None, max_examples=int(os.environ.get("LIVES", "5000")), stateful_step_count=80, print_blob=True
)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "ci"))

pytest_plugins = ["ticketing_common.testing.fixtures"]


def pytest_addoption(parser: pytest.Parser) -> None:
    """What tests/races reads: a short run by itself, a long one by `make test-faults`."""
    parser.addoption("--rounds", type=int, default=3, help="how often each race is run (default: %(default)s)")
    parser.addoption("--race-seed", default="", help="repeat the timing of the races that told this seed")
