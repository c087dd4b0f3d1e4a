"""The OpenAPI documents of the services."""

import json
from http import HTTPStatus
from importlib import import_module
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from fastapi.routing import APIRoute

from ticketing_docs.about import release, summary
from ticketing_docs.openapi_examples import add_examples, operations

# Required settings; nothing connects to these.
_SETTINGS = {
    "mongo_uri": "mongodb://localhost/docs",
    "nats_url": "nats://localhost",
    "redis_url": "redis://localhost:6379",
    "jwt_secret": "not-a-secret-only-for-the-documents",
    "stripe_key": "sk_test_docs",
}
_DESCRIPTION = (
    "Amounts are in major units, as JSON numbers; ids are 24 hex digits; times are ISO 8601 in UTC. Unknown fields of "
    "requests are ignored, and new fields of responses may appear.\n\n"
    'Every error is `{"errors": [{"message": "…", "field"?: "…"}]}`.'
)
_TAGS = {
    "users": "Accounts, and the session that a cookie holds.",
    "tickets": "Tickets on sale, one's own tickets, and alerts for reserved ones.",
    "orders": "A reservation of one ticket, which ends when it is paid, cancelled or expired.",
    "payments": "The payment of an order, and the webhook that Stripe calls.",
    "operations": "For probes and Prometheus. No gateway routes them; every service has them.",
}


def create_app(service: str) -> FastAPI:
    """The service's application, with settings for its documents only."""
    settings = import_module(f"ticketing_{service}.settings").Settings(**_SETTINGS)
    app: FastAPI = import_module(f"ticketing_{service}.app").create_app(settings)
    return app


def openapi_document(service: str) -> str:
    """The service's document as JSON: its public routes, or what probes and Prometheus request if it has none."""
    app = create_app(service)
    public = app.openapi()
    document = public if public["paths"] else _operations(app)
    document["info"] |= _info(service)
    document["servers"] = [_server(service, is_public=document is public)]
    tags = sorted({tag for operation in operations(document) for tag in operation["tags"]})
    document["tags"] = [{"name": tag, "description": _TAGS[tag]} for tag in tags]
    add_examples(document)
    for operation in operations(document):
        operation.setdefault("security", [])
        _describe_success(operation)
    _remove_unused_responses(document)
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"


def _operations(app: FastAPI) -> dict[str, Any]:
    routes = [route for route in app.routes if isinstance(route, APIRoute)]
    for route in routes:
        route.include_in_schema = True
    return {**get_openapi(title=app.title, version=app.version, routes=routes), "components": {}}


def _info(service: str) -> dict[str, Any]:
    return {
        "summary": summary(service),
        "description": _DESCRIPTION,
        "version": release(),
        "license": {"name": "MIT", "identifier": "MIT"},
    }


def _server(service: str, *, is_public: bool) -> dict[str, str]:
    if is_public:
        return {"url": "/", "description": "The gateway"}
    return {"url": f"http://{service}:3000", "description": "Inside the cluster"}


def _describe_success(operation: dict[str, Any]) -> None:
    """FastAPI calls each a successful response."""
    for status, response in operation["responses"].items():
        if response.get("description") == "Successful Response":
            response["description"] = HTTPStatus(int(status)).phrase


def _remove_unused_responses(document: dict[str, Any]) -> None:
    used = json.dumps(document["paths"])
    responses = document["components"].get("responses", {})
    for name in [name for name in responses if f'#/components/responses/{name}"' not in used]:
        del responses[name]
