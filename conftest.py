"""The fixtures of the whole workspace: real servers, started once a run."""

import pytest
from hypothesis import settings

# A machine that is busy with other things is no failure of what is tested.
settings.register_profile("shared", deadline=None)
settings.load_profile("shared")

pytest_plugins = ["ticketing_common.testing.fixtures"]


def pytest_addoption(parser: pytest.Parser) -> None:
    """What tests/races reads: a short run by itself, a long one by `make test-faults`."""
    parser.addoption("--rounds", type=int, default=5, help="how often each race is run (default: %(default)s)")
    parser.addoption("--race-seed", default="", help="repeat the timing of the races that told this seed")
