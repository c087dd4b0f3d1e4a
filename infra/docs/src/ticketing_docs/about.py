"""The descriptions of the services, from their packages."""

from importlib.metadata import metadata


def summary(service: str) -> str:
    """The description in its pyproject.toml, which may begin with its name."""
    text = metadata(f"ticketing-{service}")["Summary"].removeprefix(f"{service.capitalize()}: ")
    return text[:1].upper() + text[1:]
