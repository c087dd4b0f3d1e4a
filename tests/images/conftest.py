"""Starts the stack of compose.yaml once for all these tests. They need Docker and `make images`."""

from collections.abc import Iterator

import pytest
from tests.images.engine import missing_engine, run
from tests.images.stack import ComposeStack, own_images, started

TIMEOUT_SECONDS = 900


def pytest_configure() -> None:
    """Exit with one clear line instead of failing every test."""
    if reason := missing_engine():
        pytest.exit(reason, returncode=1)
    missing = [image for image in own_images() if run("image", "inspect", image).returncode]
    if missing:
        pytest.exit(f"These images do not exist: {', '.join(missing)}. Run `make images` first", returncode=1)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if "images" in item.path.parts:
            item.add_marker(pytest.mark.timeout(TIMEOUT_SECONDS))


@pytest.fixture(scope="session")
def stack() -> Iterator[ComposeStack]:
    with started() as running:
        yield running


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print the measurements as tables."""
    for report in terminalreporter.getreports("passed"):
        for name, text in report.user_properties:
            terminalreporter.section(name)
            terminalreporter.write_line(text)
