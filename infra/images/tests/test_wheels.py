"""The packages that are shipped, in images and on PyPI, contain no test code."""

import re
import subprocess
import sys
from pathlib import Path, PurePosixPath
from zipfile import ZipFile

import pytest

ROOT = Path(__file__).parents[3]
SERVICES = ("auth", "tickets", "orders", "payments", "expiration")
PACKAGES = ("common", *SERVICES, "infra/operations", "infra/stripe-emulator")
TEST_CODE = {"testing", "testing.py", "tests", "conftest.py"}
IMPORT = re.compile(rb"^\s*(from|import) ticketing_test_support", re.MULTILINE)


@pytest.mark.parametrize("package", PACKAGES)
def test_wheel_contains_no_test_code(package: str, tmp_path: Path) -> None:
    uv = Path(sys.executable).with_name("uv")
    options = ["--wheel", "--quiet", "--offline", "--no-build-isolation", "--python", sys.executable]
    subprocess.run([uv, "build", *options, "--out-dir", tmp_path, ROOT / package], check=True)
    (file,) = tmp_path.glob("*.whl")
    with ZipFile(file) as wheel:
        names = wheel.namelist()
        importing = [name for name in names if IMPORT.search(wheel.read(name))]
    assert any(name.endswith("/settings.py") for name in names)
    assert ([name for name in names if TEST_CODE & set(PurePosixPath(name).parts)], importing) == ([], [])
