"""The marketplace from images, started once for all these tests; they need Docker and `make images`."""

from collections.abc import Iterator

import pytest
from tests.images import manifests
from tests.images.engine import run, why_there_is_none
from tests.images.stack import FOLDERS, ImageStack, own_images, started

TEST_SECONDS = 900


def pytest_configure() -> None:
    """One clear line instead of a failure in each test."""
    if reason := why_there_is_none():
        pytest.exit(reason, returncode=1)
    found = {pod.name: pod for pod in manifests.pods(manifests.documents(*FOLDERS))}
    missing = [image for image in own_images(found) if run("image", "inspect", image).returncode]
    if missing:
        pytest.exit(f"There is no image {', '.join(missing)}: run `make images` first", returncode=1)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Containers take their time on a busy machine."""
    for item in items:
        if "images" in item.path.parts:
            item.add_marker(pytest.mark.timeout(TEST_SECONDS))


@pytest.fixture(scope="session")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ImageStack]:
    """Everything, on read-only roots, without any capability."""
    with started(tmp_path_factory.mktemp("images")) as running:
        yield running


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """What was measured, as tables."""
    for report in terminalreporter.getreports("passed"):
        for name, text in report.user_properties:
            terminalreporter.section(name)
            terminalreporter.write_line(text)
