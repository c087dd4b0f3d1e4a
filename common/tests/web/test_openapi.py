"""The OpenAPI document describes the session and the errors as they are."""

from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from ticketing_common.web.openapi import complete_document

ENVELOPE = {"$ref": "#/components/schemas/ErrorEnvelope"}


@pytest.fixture
def document(app: FastAPI) -> dict[str, Any]:
    return app.openapi()


def operations(document: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    for path, item in document["paths"].items():
        yield from ((f"{method.upper()} {path}", operation) for method, operation in item.items())


def errors(document: dict[str, Any], path: str, method: str) -> set[int]:
    responses = document["paths"][path][method]["responses"]
    return {int(status) for status in responses if int(status) >= 400}


def test_errors_follow_from_method_parameters_and_session(document: dict[str, Any]) -> None:
    assert errors(document, "/items", "post") == {400, 403, 413, 429, 503}
    assert errors(document, "/items/{item_id}", "get") == {400, 404, 429, 503}
    assert errors(document, "/me", "get") == {400, 401, 409, 429, 503}


def test_every_error_has_the_envelope(document: dict[str, Any]) -> None:
    responses = document["components"]["responses"]
    assert all(response["content"]["application/json"]["schema"] == ENVELOPE for response in responses.values())
    documented = [
        response
        for _, operation in operations(document)
        for status, response in operation["responses"].items()
        if int(status) >= 400
    ]
    assert documented
    assert {response["$ref"].rpartition("/")[2] for response in documented} <= responses.keys()


def test_nothing_of_the_framework_s_own_errors_is_documented(document: dict[str, Any]) -> None:
    assert "422" not in str(document)
    assert "ValidationError" not in str(document)


def test_session_is_required_optional_or_unused(document: dict[str, Any]) -> None:
    security = {name: operation.get("security") for name, operation in operations(document)}
    assert security["GET /me"] == [{"session": []}]
    assert security["GET /maybe"] == [{}, {"session": []}]
    assert security["POST /items"] is None
    scheme = document["components"]["securitySchemes"]["session"]
    assert (scheme["in"], scheme["name"]) == ("cookie", "session")


def test_session_routes_document_the_account_header(document: dict[str, Any]) -> None:
    (parameter,) = document["paths"]["/me"]["get"]["parameters"]
    assert (parameter["name"], parameter["in"], parameter["required"]) == ("Ticketing-User", "header", False)


def test_probes_and_metrics_are_undocumented(document: dict[str, Any]) -> None:
    assert not [path for path in document["paths"] if path.startswith(("/healthz", "/metrics"))]


@pytest.mark.parametrize("path", ["/docs", "/redoc"])
async def test_no_page_loads_scripts_from_another_host(client: httpx.AsyncClient, path: str) -> None:
    assert (await client.get(path)).status_code == 404


async def test_service_without_public_routes_has_a_document() -> None:
    app = FastAPI()
    complete_document(app)
    assert app.openapi()["paths"] == {}
