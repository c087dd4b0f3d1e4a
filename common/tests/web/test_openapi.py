"""The OpenAPI document describes the errors as they are."""

from typing import Any

import pytest
from fastapi import FastAPI

ENVELOPE = {"$ref": "#/components/schemas/ErrorEnvelope"}


@pytest.fixture
def document(app: FastAPI) -> dict[str, Any]:
    return app.openapi()


def test_invalid_request_is_documented_as_400(document: dict[str, Any]) -> None:
    responses = document["paths"]["/items"]["post"]["responses"]
    assert responses["400"]["content"]["application/json"]["schema"] == ENVELOPE
    assert "422" not in str(document)
    assert "ValidationError" not in str(document)


def test_every_route_documents_the_error_envelope(document: dict[str, Any]) -> None:
    operations = [operation for path in document["paths"].values() for operation in path.values()]
    schemas = [operation["responses"]["default"]["content"]["application/json"]["schema"] for operation in operations]
    assert schemas == [ENVELOPE] * len(operations)


def test_session_routes_document_the_account_header(document: dict[str, Any]) -> None:
    (parameter,) = document["paths"]["/me"]["get"]["parameters"]
    assert (parameter["name"], parameter["in"], parameter["required"]) == ("Ticketing-User", "header", False)


def test_probes_and_metrics_are_undocumented(document: dict[str, Any]) -> None:
    assert not [path for path in document["paths"] if path.startswith(("/healthz", "/metrics"))]
