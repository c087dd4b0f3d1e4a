"""Where the tests' browser comes from: this machine, else Debian's package, else Playwright's download."""

import subprocess
import sys
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
for package; do :; done
[ "$1" = update ] || { echo '#!/bin/sh' > "$BIN/$package"; /bin/chmod +x "$BIN/$package"; }
"""

pytestmark = pytest.mark.skipif(MAC.exists(), reason="this Mac's own Chrome would be found")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """The only folder in PATH."""
    (tmp_path / "bin").mkdir()
    return tmp_path / "bin"


def run(code: str, path: Path, **environment: str) -> "subprocess.CompletedProcess[str]":
    settings = {"PATH": str(path), "BIN": str(path), "HOME": str(path.parent), **environment}
    return subprocess.run([sys.executable, "-c", code], env=settings, capture_output=True, text=True, check=True)


def add_program(path: Path, content: str = "#!/bin/sh\n") -> None:
    path.write_text(content)
    path.chmod(0o755)


@pytest.mark.parametrize(
    ("installed", "may_install", "found"),
    [
        (("chromium",), True, "{}/chromium"),
        (("google-chrome",), True, "{}/google-chrome"),
        (("chromium", "chromium-headless-shell"), True, "{}/chromium-headless-shell"),
        ((), True, "{}/chromium-headless-shell"),
        ((), False, "None"),
    ],
)
def test_browser_is_found_or_installed(path: Path, installed: tuple[str, ...], may_install: bool, found: str) -> None:
    for name in installed:
        add_program(path / name)
    add_program(path / "apt-get", APT)
    assert run(FIND.format(may_install), path).stdout.strip() == found.format(path)


def test_failed_download_prints_what_to_install(path: Path) -> None:
    add_program(path / "apt-get", "#!/bin/sh\nexit 100\n")
    browsers = {"PLAYWRIGHT_BROWSERS_PATH": str(path), "PLAYWRIGHT_DOWNLOAD_HOST": "http://127.0.0.1:1"}
    done = run(LAUNCH, path, NO_PROXY="127.0.0.1", **browsers)
    assert done.stdout.startswith(ADVICE)
    assert "playwright install chromium-headless-shell" in done.stderr
