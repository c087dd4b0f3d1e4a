"""Metadata: the caller's own notes on an object, within Stripe's bounds."""

from stripe_emulator.wire.failures import InvalidRequest
from stripe_emulator.wire.params import Params

MAX_KEYS = 50
MAX_KEY = 40
MAX_VALUE = 500


def metadata(params: Params) -> dict[str, str]:
    """Read `metadata[key]=value`; an empty value unsets its key.

    Raises:
        InvalidRequest: more than 50 keys, a key over 40 or a value over 500 characters.
    """
    given = params.inner("metadata")
    if given is None:
        return {}
    notes = {key: value for key in given.fields if (value := given.fields[key]) != ""}
    if len(notes) > MAX_KEYS:
        raise InvalidRequest(f"Metadata can hold {MAX_KEYS} keys, not {len(notes)}.", param="metadata")
    return {_key(key): _value(key, value) for key, value in notes.items()}


def _key(key: str) -> str:
    if len(key) > MAX_KEY:
        raise InvalidRequest(f"Metadata keys can have up to {MAX_KEY} characters.", param="metadata")
    return key


def _value(key: str, value: object) -> str:
    if not isinstance(value, str) or len(value) > MAX_VALUE:
        raise InvalidRequest(f"Metadata values are strings of up to {MAX_VALUE} characters.", param=f"metadata[{key}]")
    return value
