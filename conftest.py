"""The fixtures of the whole workspace: real servers, started once a run."""

import os

import pytest
from hypothesis import settings
from xdist.remote import Producer
from xdist.scheduler import LoadFileScheduling

# A machine that is busy with other things is no failure of what is tested.
settings.register_profile("ci", deadline=None)
# For `make test-long`.
settings.register_profile(
    "long", deadline=None, max_examples=int(os.environ.get("RUNS", "1000")), stateful_step_count=80, print_blob=True
)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "ci"))

pytest_plugins = ["ticketing_test_support.fixtures", "ticketing_test_support.omitted_tests"]

# Each has its stack, so that the browser's stories, the longest of all, do not keep the others waiting.
WHOLE_SYSTEM = ("tests/browser/", "tests/")
# No stack, or one of their own: they need not wait for the others.
APART = (
    "tests/model/",
    "tests/test_arrival.py",
    "tests/test_documentation.py",
    "tests/test_make.py",
    "tests/test_previous_release.py",
)


class OneMarketplace(LoadFileScheduling):  # type: ignore[misc]  # xdist has no types
    """A file stays together, and so do tests of the whole system: they share a stack, which is slow to start."""

    def _split_scope(self, nodeid: str) -> str:
        shared = next((folder for folder in WHOLE_SYSTEM if nodeid.startswith(folder)), None)
        return super()._split_scope(nodeid) if shared is None or nodeid.startswith(APART) else shared


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> LoadFileScheduling | None:
    """How `pytest -n` deals out the tests, when no other way is asked for by `--dist`."""
    return OneMarketplace(config, log) if config.getoption("dist") == "load" else None


def pytest_addoption(parser: pytest.Parser) -> None:
    """What tests/races reads: a short run by itself, a long one by `make test-faults`."""
    parser.addoption("--rounds", type=int, default=3, help="how often each race is run (default: %(default)s)")
    parser.addoption("--race-seed", default="", help="repeat the timing of the races that told this seed")
