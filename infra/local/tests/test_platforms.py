"""`make platforms` finds a package that has no wheel for a platform. Packages are files here, not the registry's."""

import hashlib
import os
import subprocess
import zipfile
from pathlib import Path

import pytest

CHECK = Path(__file__).parents[1] / "check-platforms"
PORTABLE = "py3-none-any"
LINUX = "py3-none-manylinux_2_17_x86_64.manylinux_2_17_aarch64"


def lock(folder: Path, tag: str) -> Path:
    """A lock file of one package, whose only wheel has this tag."""
    wheel = folder / f"example-1.0-{tag}.whl"
    with zipfile.ZipFile(wheel, "w") as archive:
        archive.writestr("example-1.0.dist-info/METADATA", "Metadata-Version: 2.1\nName: example\nVersion: 1.0\n")
        archive.writestr("example-1.0.dist-info/WHEEL", f"Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: {tag}\n")
        archive.writestr("example-1.0.dist-info/RECORD", "")
    file = folder / "requirements.lock"
    file.write_text(f"example==1.0 --hash=sha256:{hashlib.sha256(wheel.read_bytes()).hexdigest()}\n")
    return file


def check(file: Path) -> "subprocess.CompletedProcess[str]":
    offline = {"UV_NO_INDEX": "1", "UV_FIND_LINKS": str(file.parent), "UV_CACHE_DIR": str(file.parent / "cache")}
    return subprocess.run([CHECK, file], env={**os.environ, **offline}, capture_output=True, text=True, check=False)


@pytest.mark.parametrize(("tag", "status", "missing"), [(PORTABLE, 0, 0), (LINUX, 1, 2)])
def test_package_without_a_wheel_for_a_platform_is_found(tag: str, status: int, missing: int, tmp_path: Path) -> None:
    done = check(lock(tmp_path, tag))
    failures = [line for line in done.stdout.splitlines() if line.startswith("FAIL")]
    assert (done.returncode, len(failures)) == (status, missing), done.stdout
    assert all("aarch64-apple-darwin" in line for line in failures)
