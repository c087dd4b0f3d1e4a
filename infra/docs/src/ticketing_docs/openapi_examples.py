"""Puts the examples into an OpenAPI document."""

from collections.abc import Iterator
from http import HTTPStatus
from typing import Any

from ticketing_docs.examples import BODIES, ERRORS, PARAMETERS

Json = dict[str, Any]


def operations(document: Json) -> Iterator[Json]:
    """All operations of the document."""
    for path in document["paths"].values():
        yield from path.values()


def add_examples(document: Json) -> None:
    """Give each parameter, request and response an example. KeyError for an operation that has none."""
    for operation in operations(document):
        example = BODIES[operation["operationId"]]
        for parameter in operation.get("parameters", ()):
            if parameter["name"] in PARAMETERS:
                parameter["example"] = PARAMETERS[parameter["name"]]
        _add(operation.get("requestBody", {}), example.request)
        for status, response in operation["responses"].items():
            is_error = int(status) >= HTTPStatus.BAD_REQUEST
            _add(response, ERRORS[int(status)] if is_error else example.response)
    for name, response in document["components"].get("responses", {}).items():
        _add(response, ERRORS[_status(name)])


def _add(body: Json, example: Any) -> None:
    for content in body.get("content", {}).values():
        content["example"] = example


def _status(name: str) -> int:
    """Of a component such as `NotFound`."""
    return next(status for status in HTTPStatus if status.phrase.title().replace(" ", "") == name)
