"""The package stands alone: it declares all that it imports, and its wheel holds all that it is."""

import ast
import functools
import re
import subprocess
import sys
import tomllib
import zipfile
from collections.abc import Mapping
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

COMMON = Path(__file__).parents[1]
SOURCE = COMMON / "src" / "ticketing_common"
# Parts of a declared distribution that are its own interface: motor hands out pymongo's and bson's types, FastAPI
# Starlette's. Declaring those too would let the resolver pair versions that do not belong together.
HANDED_OUT = {"pymongo": "motor", "starlette": "fastapi"}


def canonical(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def declared() -> set[str]:
    """The distributions that the package depends on."""
    project = tomllib.loads((COMMON / "pyproject.toml").read_text())["project"]
    return {canonical(re.split(r"[\[<>=!~;]", line)[0].strip()) for line in project["dependencies"]}


@functools.cache
def installed() -> Mapping[str, list[str]]:
    """The distributions that each import name belongs to."""
    return packages_distributions()


def imported(path: Path) -> set[str]:
    """The distributions that a module imports, by the name they are installed under."""
    tree = ast.parse(path.read_text())
    found = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    found |= {node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) and node.module}
    tops = {name.partition(".")[0] for name in found} - sys.stdlib_module_names - {"ticketing_common"}
    names = {canonical(installed()[top][0]) for top in tops}
    return {HANDED_OUT.get(name, name) for name in names}


@pytest.mark.parametrize("path", sorted(SOURCE.rglob("*.py")), ids=lambda path: str(path.relative_to(SOURCE)))
def test_every_import_is_declared(path: Path) -> None:
    assert imported(path) - declared() == set()


def test_nothing_is_declared_that_is_not_imported() -> None:
    used = set().union(*(imported(path) for path in SOURCE.rglob("*.py")))
    assert declared() - used - {"uvicorn"} == set()  # uvicorn is what runs a service


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> zipfile.ZipFile:
    """The package as it would be published, built without a download."""
    folder = tmp_path_factory.mktemp("dist")
    uv = str(Path(sys.executable).with_name("uv"))
    command = [uv, "build", "--wheel", "--offline", "--no-build-isolation"]
    subprocess.run(
        [*command, "--quiet", "--out-dir", str(folder), str(COMMON)], check=True, capture_output=True, timeout=60
    )
    return zipfile.ZipFile(next(folder.glob("*.whl")))


def test_the_wheel_holds_every_module_and_its_types(wheel: zipfile.ZipFile) -> None:
    expected = {f"ticketing_common/{path.relative_to(SOURCE)}" for path in SOURCE.rglob("*.py")}
    assert expected | {"ticketing_common/py.typed"} <= set(wheel.namelist())


def test_the_wheel_can_be_imported_by_itself(wheel: zipfile.ZipFile) -> None:
    program = "import sys; sys.path.insert(0, sys.argv[1]); import ticketing_common.web as web; print(web.__file__)"
    answer = subprocess.run(
        [sys.executable, "-c", program, str(wheel.filename)], check=True, capture_output=True, text=True, timeout=60
    )
    assert str(wheel.filename) in answer.stdout


def test_the_changelog_tells_of_the_version(wheel: zipfile.ZipFile) -> None:
    version = Path(str(wheel.filename)).name.split("-")[1]
    assert f"## {version}" in (COMMON / "CHANGELOG.md").read_text()
