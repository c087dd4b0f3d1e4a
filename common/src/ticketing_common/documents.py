"""Reading documents that another release wrote: during a rollout two releases share one database."""

from collections.abc import Mapping
from dataclasses import fields
from enum import Enum
from functools import cache
from typing import Any, TypeVar

from ticketing_common.errors import Unavailable

EnumT = TypeVar("EnumT", bound=Enum)


def known_fields(cls: type[Any], document: Mapping[str, Any]) -> dict[str, Any]:
    """The entries of `document` that are fields of the dataclass `cls`; those of a newer release are left out."""
    names = _field_names(cls)  # type: ignore[arg-type]  # mypy does not see that classes are hashable
    return {name: value for name, value in document.items() if name in names}


@cache
def _field_names(cls: type[Any]) -> frozenset[str]:
    return frozenset(field.name for field in fields(cls) if field.init)


def parse_enum(enum: type[EnumT], value: object) -> EnumT:
    """The member of `enum` with this value.

    Unavailable for an unknown one: it is a newer release's, so HTTP responds 503 and a listener is retried.
    """
    try:
        return enum(value)
    except ValueError:
        raise Unavailable("A newer release is being rolled out. Try again in a few seconds.") from None
