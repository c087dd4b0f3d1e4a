"""Fixtures, options and test distribution for the whole workspace."""

import os

import pytest
from hypothesis import settings
from xdist.remote import Producer
from xdist.scheduler import LoadFileScheduling

# No deadlines: a busy machine must not fail a test.
settings.register_profile("ci", deadline=None)
# For `make test-long`.
settings.register_profile(
    "long", deadline=None, max_examples=int(os.environ.get("RUNS", "1000")), stateful_step_count=80, print_blob=True
)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "ci"))

pytest_plugins = [
    "ticketing_test_support.deployed_servers.plugin",
    "ticketing_test_support.fixtures",
    "ticketing_test_support.omitted_tests",
    "ticketing_test_support.stack_fixtures",
]

# Groups that share a stack. The browser tests, the longest, have one of their own.
WHOLE_SYSTEM = ("tests/browser/", "tests/")
# Whole-system tests that do not use the shared stack.
APART = (
    "tests/documentation/test_marks.py",
    "tests/documentation/test_runner.py",
    "tests/model/",
    "tests/support/",
    "tests/test_contributing.py",
    "tests/test_documentation.py",
    "tests/test_exercises.py",
    "tests/test_guarantees_page.py",
    "tests/test_make.py",
    "tests/test_settings_page.py",
)


class SharedStackScheduling(LoadFileScheduling):  # type: ignore[misc]  # xdist has no types
    """Keeps the tests of a file together, and those that share a stack, which is slow to start."""

    def _split_scope(self, nodeid: str) -> str:
        shared = next((folder for folder in WHOLE_SYSTEM if nodeid.startswith(folder)), None)
        return super()._split_scope(nodeid) if shared is None or nodeid.startswith(APART) else shared


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> LoadFileScheduling | None:
    """The default distribution of `pytest -n`; `--dist` overrides it."""
    return SharedStackScheduling(config, log) if config.getoption("dist") == "load" else None


def pytest_addoption(parser: pytest.Parser) -> None:
    """What tests/races reads: a short run by itself, a long one by `make test-faults`."""
    parser.addoption("--rounds", type=int, default=3, help="how often each race is run (default: %(default)s)")
    parser.addoption("--race-seed", default="", help="repeat the timing of races that printed this seed")
