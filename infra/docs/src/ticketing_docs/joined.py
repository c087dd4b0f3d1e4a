"""One OpenAPI document of all services, for the reference at /api/docs."""

import json
import re
from collections.abc import Sequence
from typing import Any

Json = dict[str, Any]

_REFERENCE = re.compile(r"#/components/(schemas|responses)/")


def joined(services: Sequence[str], documents: Sequence[str]) -> str:
    """The routes of all documents, the public ones first. A component's name begins with its service's."""
    renamed = [_with_own_names(service, text) for service, text in zip(services, documents, strict=True)]
    renamed.sort(key=_is_internal)
    first = renamed[0]
    document = {
        "openapi": first["openapi"],
        "info": {**first["info"], "title": "Ticketing: HTTP API", "summary": "The routes of all services"},
        "servers": first["servers"],
        "tags": [tag for one in renamed for tag in one["tags"]],
        "paths": {path: item for one in renamed for path, item in _with_own_servers(one).items()},
        "components": {
            "schemas": {name: schema for one in renamed for name, schema in one["components"]["schemas"].items()},
            "responses": {name: body for one in renamed for name, body in one["components"]["responses"].items()},
            "securitySchemes": first["components"]["securitySchemes"],
        },
    }
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"


def _with_own_names(service: str, text: str) -> Json:
    document: Json = json.loads(_REFERENCE.sub(rf"\g<0>{service}.", text))
    for kind in ("schemas", "responses"):
        found = document["components"].get(kind, {})
        document["components"][kind] = {f"{service}.{name}": value for name, value in found.items()}
    return document


def _is_internal(document: Json) -> bool:
    """Whether no gateway serves it."""
    return bool(document["servers"][0]["url"] != "/")


def _with_own_servers(document: Json) -> Json:
    servers = {"servers": document["servers"]} if _is_internal(document) else {}
    return {path: {**_to_send(item), **servers} for path, item in document["paths"].items()}


def _to_send(item: Json) -> Json:
    """Without examples of optional parameters: the reference sends all of them, and the session is of another user."""
    for parameter in (each for operation in item.values() for each in operation.get("parameters", ())):
        if not parameter.get("required"):
            parameter.pop("example", None)
    return item
