"""The package declares what it imports."""

import ast
import functools
import re
import sys
import tomllib
from collections.abc import Mapping
from importlib.metadata import packages_distributions
from pathlib import Path

COMMON = Path(__file__).parents[1]
SOURCE = COMMON / "src" / "ticketing_common"
# Motor exposes pymongo's and bson's types, FastAPI Starlette's. Declaring those as well would allow versions that do
# not belong together.
EXPOSED = {"pymongo": "motor", "starlette": "fastapi", "pydantic-core": "pydantic"}
# Several distributions share the name that is imported.
NAMESPACES = {
    "opentelemetry": {"opentelemetry-api", "opentelemetry-exporter-otlp-proto-http", "opentelemetry-sdk"},
}
# It runs the services, and is not imported.
SERVER = {"uvicorn"}


def canonical(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def declared() -> set[str]:
    """The distributions that the package depends on."""
    project = tomllib.loads((COMMON / "pyproject.toml").read_text())["project"]
    return {canonical(re.split(r"[\[<>=!~;]", line)[0].strip()) for line in project["dependencies"]}


@functools.cache
def installed() -> Mapping[str, list[str]]:
    """The distributions of each import name."""
    return packages_distributions()


def imported(path: Path) -> set[str]:
    """The distributions that a module imports."""
    tree = ast.parse(path.read_text())
    found = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    found |= {node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) and node.module}
    tops = {name.partition(".")[0] for name in found} - sys.stdlib_module_names - {"ticketing_common"}
    names = {canonical(installed()[top][0]) for top in tops - NAMESPACES.keys()}
    shared = set().union(*(NAMESPACES[top] for top in tops & NAMESPACES.keys()))
    return {EXPOSED.get(name, name) for name in names} | shared


def test_declared_dependencies_are_the_imported_ones() -> None:
    assert declared() == SERVER.union(*(imported(path) for path in SOURCE.rglob("*.py")))


def test_changelog_has_the_version() -> None:
    version = tomllib.loads((COMMON / "pyproject.toml").read_text())["project"]["version"]
    assert f"## {version}" in (COMMON / "CHANGELOG.md").read_text()
