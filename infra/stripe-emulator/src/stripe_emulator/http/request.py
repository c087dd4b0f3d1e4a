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

    def invalid(self, name: str, message: str, code: str | None = None) -> InvalidRequest:
        return InvalidRequest(message.format(name=self.name_of(name)), code=code, param=self.name_of(name))

    def missing(self, name: str) -> InvalidRequest:
        return self.invalid(name, "Missing required param: {name}.", "parameter_missing")

    def only(self, *names: str) -> None:
        """Refuse parameters that the emulator does not support, rather than ignore them."""
        for name in self.fields:
            if name not in {*names, *COMMON}:
                message = f"Received unknown parameter: {{name}}. The emulator supports: {', '.join(sorted(names))}."
                raise self.invalid(name, message, "parameter_unknown")

    def text(self, name: str) -> str | None:
        value = self.fields.get(name)
        if isinstance(value, dict):
            raise self.invalid(name, "Invalid string: {name} is an object.")
        if value == "":
            message = "You passed an empty string for '{name}'. Leave it out, or give it a value."
            raise self.invalid(name, message, "parameter_invalid_empty")
        return value

    def required(self, name: str) -> str:
        value = self.text(name)
        if value is None:
            raise self.missing(name)
        return value

    def integer(self, name: str) -> int | None:
        value = self.text(name)
        if value is not None and _INTEGER.fullmatch(value) is None:
            raise self.invalid(name, "Invalid integer: {name}", "parameter_invalid_integer")
        return None if value is None else int(value)

    def required_integer(self, name: str) -> int:
        value = self.integer(name)
        if value is None:
            raise self.missing(name)
        return value

    def choice(self, name: str, allowed: tuple[str, ...]) -> str | None:
        value = self.text(name)
        if value is not None and value not in allowed:
            raise self.invalid(name, f"Invalid {name}: must be one of {', '.join(allowed)}.")
        return value

    def required_choice(self, name: str, allowed: tuple[str, ...]) -> str:
        self.choice(name, allowed)
        return self.required(name)

    def nested(self, name: str) -> "Params | None":
        value = self.fields.get(name)
        if isinstance(value, str):
            raise self.invalid(name, "Invalid object: {name} is a value.")
        return None if value is None else Params(value, self.name_of(name))

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
            limits = f"{MAX_METADATA_KEYS} keys of up to {MAX_METADATA_KEY_LENGTH} characters"
            raise self.invalid("metadata", f"Metadata can have up to {limits}.")
        return {key: self._metadata_value(key, value) for key, value in fields.items()}

    def _metadata_value(self, key: str, value: object) -> str:
        if not isinstance(value, str) or len(value) > MAX_METADATA_VALUE_LENGTH:
            message = f"Metadata values are strings of up to {MAX_METADATA_VALUE_LENGTH} characters."
            raise InvalidRequest(message, param=f"metadata[{key}]")
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
