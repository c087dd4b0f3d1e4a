"""Secrets as `kubectl create secret` sends them: in Kubernetes' protobuf form instead of JSON."""

import base64
from collections.abc import Iterator
from typing import Any

MAGIC = b"k8s\x00"


def decode_secret(body: bytes) -> dict[str, Any]:
    """The same Secret as JSON has it."""
    raw = next(value for number, value in _fields(body.removeprefix(MAGIC)) if number == 2)
    fields = [*_fields(raw)]
    name = next(value for number, value in _fields(fields[0][1]) if number == 1)
    entries = [dict(_fields(value)) for number, value in fields if number == 2]
    return {
        "apiVersion": "v1",
        "kind": "Secret",
        "metadata": {"name": name.decode()},
        "data": {entry[1].decode(): base64.b64encode(entry[2]).decode() for entry in entries},
    }


def _fields(data: bytes) -> Iterator[tuple[int, bytes]]:
    """The number and content of each field that has a length; those without are skipped."""
    at = 0
    while at < len(data):
        key, at = _varint(data, at)
        length, at = _varint(data, at)
        if key & 7 == 2:
            yield key >> 3, data[at : at + length]
            at += length


def _varint(data: bytes, at: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        value |= (data[at] & 0x7F) << shift
        at, shift = at + 1, shift + 7
        if data[at - 1] < 0x80:
            return value, at
