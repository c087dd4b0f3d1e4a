"""The descriptions of the services, from their packages."""

import tomllib
from importlib.metadata import metadata
from pathlib import Path

_PYPROJECT = Path(__file__).parents[4] / "pyproject.toml"


def release() -> str:
    """The current version of the repository, which every document has."""
    version: str = tomllib.loads(_PYPROJECT.read_text())["project"]["version"]
    return version


def summary(service: str) -> str:
    """The description in its pyproject.toml, which may begin with its name."""
    text = metadata(f"ticketing-{service}")["Summary"].removeprefix(f"{service.capitalize()}: ")
    return text[:1].upper() + text[1:]
