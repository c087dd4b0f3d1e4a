"""Where the tests' browser comes from: the machine, else Debian's package, else Playwright's own download."""

import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from ticketing_test_support.browser import ADVICE, MAC

FIND = "from ticketing_test_support.browser import find; print(find(may_install={}))"
LAUNCH = """
import asyncio
from playwright.async_api import async_playwright
from ticketing_test_support.browser import BrowserNotFound, launch
async def main():
    async with async_playwright() as playwright:
        await launch(playwright)
try:
    asyncio.run(main())
except BrowserNotFound as error:
    print(error)
"""
APT = """#!/bin/sh
[ "$1" = update ] || { echo '#!/bin/sh' > "$HERE/chromium"; /bin/chmod +x "$HERE/chromium"; }
"""

pytestmark = pytest.mark.skipif(MAC.exists(), reason="this Mac's own Chrome would be found")


@pytest.fixture
def bare(tmp_path: Path) -> Path:
    """A folder for programs, the only one in PATH."""
    (tmp_path / "bin").mkdir()
    return tmp_path / "bin"


@pytest.fixture
def playwrights_host() -> Iterator[tuple[str, list[str]]]:
    """In place of Playwright's download site: its address, and what was asked for. It has nothing."""
    asked: list[str] = []

    class Nothing(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_error(404)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 (its name in the library)
            """Say nothing."""

    with HTTPServer(("127.0.0.1", 0), Nothing) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}", asked
        server.shutdown()
        thread.join()


def run(code: str, path: Path, **environment: str) -> str:
    """What this code prints where PATH is that folder alone."""
    settings = {"PATH": str(path), "HERE": str(path), "HOME": str(path.parent), **environment}
    answer = subprocess.run([sys.executable, "-c", code], env=settings, capture_output=True, text=True, check=True)
    return answer.stdout.strip()


def program(path: Path, content: str = "#!/bin/sh\n") -> str:
    """A program there."""
    path.write_text(content)
    path.chmod(0o755)
    return str(path)


@pytest.mark.parametrize("name", ["chromium", "google-chrome"])
def test_a_browser_of_the_machine_is_taken(bare: Path, name: str) -> None:
    program(bare / "apt-get", APT)
    browser = program(bare / name)
    assert run(FIND.format(True), bare) == browser


def test_without_one_debians_package_is_installed(bare: Path) -> None:
    program(bare / "apt-get", APT)
    assert run(FIND.format(True), bare) == str(bare / "chromium")


def test_who_may_not_install_packages_does_not_try(bare: Path) -> None:
    program(bare / "apt-get", APT)
    assert run(FIND.format(False), bare) == "None"
    assert not (bare / "chromium").exists()


def test_when_all_fails_playwright_was_asked_last_and_one_line_says_what_to_install(
    bare: Path, playwrights_host: tuple[str, list[str]]
) -> None:
    program(bare / "apt-get", "#!/bin/sh\nexit 100\n")
    url, asked = playwrights_host
    browsers = {"PLAYWRIGHT_BROWSERS_PATH": str(bare.parent / "browsers"), "PLAYWRIGHT_DOWNLOAD_HOST": url}
    [line] = run(LAUNCH, bare, NO_PROXY="127.0.0.1", **browsers).splitlines()
    assert line.startswith(ADVICE)
    assert any("headless-shell" in path for path in asked)
