"""A request as the resources see it: typed parameters, with Stripe's own errors, and who sent it."""

import re
from collections.abc import Callable
from dataclasses import dataclass

from stripe_emulator.account import Transaction
from stripe_emulator.http.errors import InvalidRequest
from stripe_emulator.http.form import Tree
from stripe_emulator.objects import Json, Objects

_INTEGER = re.compile(r"-?[0-9]{1,15}")
COMMON = frozenset({"expand", "key"})
MAX_METADATA_KEYS = 50
MAX_METADATA_KEY_LENGTH = 40
MAX_METADATA_VALUE_LENGTH = 500


class Params:
    """The parameters of a request, or of an object inside it."""

    def __init__(self, fields: Tree, path: str = "") -> None:
        self.fields = fields
        self.path = path

    def __contains__(self, name: str) -> bool:
        return name in self.fields

    def name_of(self, name: str) -> str:
        """The full name, such as `card[token]`."""
        return f"{self.path}[{name}]" if self.path else name

    def only(self, *names: str) -> None:
        """Refuse parameters that the emulator does not support, rather than ignore them."""
        known = {*names, *COMMON}
        for name in self.fields:
            if name not in known:
                param = self.name_of(name)
                raise InvalidRequest(
                    f"Received unknown parameter: {param}. The emulator supports: {', '.join(sorted(names))}.",
                    code="parameter_unknown",
                    param=param,
                )

    def text(self, name: str) -> str | None:
        value = self.fields.get(name)
        if isinstance(value, dict):
            raise InvalidRequest(f"Invalid string: {self.name_of(name)} is an object.", param=self.name_of(name))
        if value == "":
            raise InvalidRequest(
                f"You passed an empty string for '{self.name_of(name)}'. Leave it out, or give it a value.",
                code="parameter_invalid_empty",
                param=self.name_of(name),
            )
        return value

    def required(self, name: str) -> str:
        value = self.text(name)
        if value is None:
            raise self.missing(name)
        return value

    def missing(self, name: str) -> InvalidRequest:
        param = self.name_of(name)
        return InvalidRequest(f"Missing required param: {param}.", code="parameter_missing", param=param)

    def integer(self, name: str) -> int | None:
        value = self.text(name)
        if value is None:
            return None
        if _INTEGER.fullmatch(value) is None:
            raise InvalidRequest(
                f"Invalid integer: {value[:20]}", code="parameter_invalid_integer", param=self.name_of(name)
            )
        return int(value)

    def required_integer(self, name: str) -> int:
        value = self.integer(name)
        if value is None:
            raise self.missing(name)
        return value

    def required_choice(self, name: str, allowed: tuple[str, ...]) -> str:
        value = self.choice(name, allowed)
        if value is None:
            raise self.missing(name)
        return value

    def choice(self, name: str, allowed: tuple[str, ...]) -> str | None:
        value = self.text(name)
        if value is not None and value not in allowed:
            raise InvalidRequest(f"Invalid {name}: must be one of {', '.join(allowed)}.", param=self.name_of(name))
        return value

    def nested(self, name: str) -> "Params | None":
        value = self.fields.get(name)
        if value is None:
            return None
        if isinstance(value, str):
            raise InvalidRequest(f"Invalid object: {self.name_of(name)} is a value.", param=self.name_of(name))
        return Params(value, self.name_of(name))

    def texts(self, name: str) -> list[str]:
        """A list (`name[]=a`, `name[0]=a`) or a single value; empty when left out."""
        value = self.fields.get(name, {})
        if isinstance(value, str):
            return [value]
        return [item for item in value.values() if isinstance(item, str)]

    def metadata(self) -> dict[str, str]:
        """`metadata[key]=value`, within Stripe's limits; an empty value unsets its key."""
        given = self.nested("metadata")
        fields = {} if given is None else {key: value for key, value in given.fields.items() if value != ""}
        if len(fields) > MAX_METADATA_KEYS or any(len(key) > MAX_METADATA_KEY_LENGTH for key in fields):
            raise InvalidRequest(
                f"Metadata can have up to {MAX_METADATA_KEYS} keys of up to {MAX_METADATA_KEY_LENGTH} characters.",
                param="metadata",
            )
        return {key: _metadata_value(key, value) for key, value in fields.items()}


def _metadata_value(key: str, value: object) -> str:
    if not isinstance(value, str) or len(value) > MAX_METADATA_VALUE_LENGTH:
        raise InvalidRequest(
            f"Metadata values are strings of up to {MAX_METADATA_VALUE_LENGTH} characters.", param=f"metadata[{key}]"
        )
    return value


@dataclass(frozen=True)
class ApiRequest:
    """`id` is the object in the path, or empty; `by_page` means that the key is a publishable one."""

    transaction: Transaction
    params: Params
    path: str
    id: str = ""
    by_page: bool = False

    @property
    def objects(self) -> Objects:
        return self.transaction.objects


Handler = Callable[[ApiRequest], Json]
