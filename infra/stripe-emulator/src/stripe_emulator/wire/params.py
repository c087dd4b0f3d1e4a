"""Typed reading of a request's parameters, with Stripe's own refusals."""

import re

from stripe_emulator.wire.failures import InvalidRequest
from stripe_emulator.wire.form import Tree

_INTEGER = re.compile(r"-?[0-9]{1,15}")
EVERYWHERE = frozenset({"expand", "key", "_stripe_version"})


class Params:
    """A request's parameters, or an object inside them."""

    def __init__(self, fields: Tree, path: str = "") -> None:
        self.fields = fields
        self.path = path

    def __contains__(self, name: str) -> bool:
        return name in self.fields

    def name_of(self, name: str) -> str:
        """The name as the caller wrote it, e.g. `card[token]`."""
        return f"{self.path}[{name}]" if self.path else name

    def only(self, *names: str) -> None:
        """Refuse what the emulator does not know: Stripe would refuse it, or do something that we do not."""
        known = {*names, *EVERYWHERE}
        for name in self.fields:
            if name not in known:
                param = self.name_of(name)
                raise InvalidRequest(
                    f"Received unknown parameter: {param}. The emulator knows: {', '.join(sorted(names))}.",
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

    def boolean(self, name: str) -> bool:
        value = self.text(name) or "false"
        if value not in {"true", "false"}:
            raise InvalidRequest(f"Invalid boolean: {value[:20]}", param=self.name_of(name))
        return value == "true"

    def choice(self, name: str, allowed: tuple[str, ...]) -> str | None:
        value = self.text(name)
        if value is not None and value not in allowed:
            raise InvalidRequest(f"Invalid {name}: must be one of {', '.join(allowed)}.", param=self.name_of(name))
        return value

    def inner(self, name: str) -> "Params | None":
        value = self.fields.get(name)
        if value is None:
            return None
        if isinstance(value, str):
            raise InvalidRequest(f"Invalid object: {self.name_of(name)} is a value.", param=self.name_of(name))
        return Params(value, self.name_of(name))

    def texts(self, name: str) -> list[str]:
        """A list (`name[]=a`, `name[0]=a`), or one value given bare; empty when left out."""
        value = self.fields.get(name, {})
        if isinstance(value, str):
            return [value]
        return [item for item in value.values() if isinstance(item, str)]
