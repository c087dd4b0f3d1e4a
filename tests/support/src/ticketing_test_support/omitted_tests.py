"""A pytest plugin: a run of the whole default suite names what it leaves out, just above pytest's closing line."""

from collections.abc import Generator

import pytest

OMITTED = (
    "Not included: make test-faults, make test-long, make test-images, make test-quickstart, make test-exercises, "
    "make test-docs"
)


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_terminal_summary(
    terminalreporter: pytest.TerminalReporter, config: pytest.Config
) -> Generator[None, object, object]:
    """Runs of chosen files or folders print nothing."""
    result = yield
    if config.args_source is pytest.Config.ArgsSource.TESTPATHS:
        terminalreporter.write_line(OMITTED)
    return result
