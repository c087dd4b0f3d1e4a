"""Each file has a stack of its own, so that a fault never shows in another file."""

from collections.abc import Iterator

import pytest

from ticketing_local.ports import free_gateway_port
from ticketing_test_support.stack import Stack, started

WINDOW_SECONDS = 6
TEST_SECONDS = 600


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Faults take their time."""
    for item in items:
        if "faults" in item.path.parts:
            item.add_marker(pytest.mark.timeout(TEST_SECONDS))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """How long each test took until everything had converged."""
    terminalreporter.section("faults")
    for report in terminalreporter.getreports("passed") + terminalreporter.getreports("failed"):
        for _, reconciliation in report.user_properties:
            name = report.nodeid.rpartition("::")[2]
            terminalreporter.write_line(f"{name}: {report.duration:.0f} s; {reconciliation}")


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest) -> Iterator[Stack]:
    """Everything, with two of orders; reservations last 6 s, or as long as the file's WINDOW_SECONDS says."""
    state_dir = tmp_path_factory.mktemp("stack") / "state"
    window = getattr(request.module, "WINDOW_SECONDS", WINDOW_SECONDS)
    settings = {"REPLICAS": "orders=2", "EXPIRATION_WINDOW_SECONDS": str(window)}
    with started(state_dir, free_gateway_port(), **settings) as running:
        yield running
