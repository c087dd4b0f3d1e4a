"""Programs that observe a stack: on PATH, else unpacked from Debian's packages.

Installing those packages would start daemons, and would need root.
"""

import fcntl
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ticketing_local.binaries import BinaryNotFound

# The package of each program; its file there is /usr/bin/NAME.
PACKAGES = {
    "prometheus": "prometheus",
    "promtool": "prometheus",
    "prometheus-blackbox-exporter": "prometheus-blackbox-exporter",
    "prometheus-redis-exporter": "prometheus-redis-exporter",
}
TIMEOUT_SECONDS = 120


def find_program(name: str) -> Path:
    """The path of one of PACKAGES. The first call may download its package, 3 to 20 MB. Raises BinaryNotFound."""
    on_path = shutil.which(name)
    return Path(on_path).absolute() if on_path else _unpacked(PACKAGES[name]) / "usr" / "bin" / name


def _unpacked(package: str) -> Path:
    """The package's files in this environment; processes that ask at the same time wait for one of them."""
    folder = Path(sys.prefix, "debian")
    target = folder / package
    folder.mkdir(exist_ok=True)
    with _locked(folder / f"{package}.lock"), tempfile.TemporaryDirectory(dir=folder) as draft:
        if not target.exists():
            _download(package, Path(draft))
            (Path(draft) / "files").rename(target)
    return target


def _download(package: str, folder: Path) -> None:
    """Into `folder`/files."""
    try:
        _run("apt-get", "download", "--quiet", package, cwd=folder)
        (archive,) = folder.glob("*.deb")
        _run("dpkg-deb", "--extract", str(archive), "files", cwd=folder)
    except (OSError, ValueError, subprocess.SubprocessError) as error:
        reason = (getattr(error, "stderr", None) or str(error)).strip().splitlines()[-1]
        raise BinaryNotFound(
            f"No usable {package} on {sys.platform} ({reason}): put it on PATH, "
            "or on Debian and Ubuntu run `apt-get update`, so that its package can be downloaded."
        ) from None


def _run(*command: str, cwd: Path) -> None:
    subprocess.run(command, cwd=cwd, capture_output=True, text=True, check=True, timeout=TIMEOUT_SECONDS)


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    descriptor = os.open(path, os.O_CREAT | os.O_RDWR, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)
