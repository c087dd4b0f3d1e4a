"""A real browser for tests and screenshots: found on the machine, else installed."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

from playwright.async_api import Browser, Error, Playwright

# A headless shell draws no windows, which takes most of the CPU time of a page of the tests.
DEBIAN_PACKAGE = "chromium-headless-shell"
NAMES = (DEBIAN_PACKAGE, "chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
MAC = Path("/Applications/Google Chrome.app/Contents/MacOS/Google Chrome")
ARGUMENTS = (
    "--no-sandbox",  # root in a container has none; it only ever visits this machine
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
INSTALL_SECONDS = 300
ADVICE = "No Chromium or Chrome could be found or installed: install one, for example with `apt-get install chromium`."


class BrowserNotFound(Exception):
    """There is no browser; the message says what to install."""


async def launch(playwright: Playwright) -> Browser:
    """A headless browser: one of this machine, else Debian's package, else Playwright's own download.

    Raises BrowserNotFound.
    """
    path = find(may_install=os.geteuid() == 0)
    if path is None:
        _download()
    try:
        return await playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
    except Error as error:
        raise BrowserNotFound(f"{ADVICE} ({error.message.splitlines()[0]})") from error


def find(*, may_install: bool) -> str | None:
    """The path of a browser of this machine, from Debian's package where `may_install`; None when there is none."""
    return _installed() or (_from_debian() if may_install else None)


def _installed() -> str | None:
    on_path = next((found for name in NAMES if (found := shutil.which(name))), None)
    return on_path or (str(MAC) if MAC.exists() else None)


def _from_debian() -> str | None:
    if shutil.which("apt-get") is None:
        return None
    for command in (["update", "-q"], ["install", "-q", "-y", "--no-install-recommends", DEBIAN_PACKAGE]):
        _run(["apt-get", *command], DEBIAN_FRONTEND="noninteractive")
    return _installed()


def _download() -> None:
    _run([sys.executable, "-m", "playwright", "install", "chromium-headless-shell"])


def _run(command: list[str], **environment: str) -> None:
    """A failure shows when the browser is started; its message then says what to do."""
    print(f"no browser found: {' '.join(command)}", file=sys.stderr, flush=True)
    try:
        subprocess.run(
            command, env={**os.environ, **environment}, timeout=INSTALL_SECONDS, check=False, stdout=subprocess.DEVNULL
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        print(error, file=sys.stderr, flush=True)
