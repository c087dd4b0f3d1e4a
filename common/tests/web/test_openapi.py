"""The OpenAPI document promises the errors that there are."""

from typing import Any

import pytest
from fastapi import FastAPI

ENVELOPE = {"$ref": "#/components/schemas/ErrorEnvelope"}


@pytest.fixture
def document(app: FastAPI) -> dict[str, Any]:
    return app.openapi()


def test_validation_is_400_in_the_envelope_and_422_is_not_promised(document: dict[str, Any]) -> None:
    responses = document["paths"]["/things"]["post"]["responses"]
    assert responses["400"]["content"]["application/json"]["schema"] == ENVELOPE
    assert "422" not in str(document)
    assert "ValidationError" not in str(document)


def test_every_route_may_answer_an_error_in_the_envelope(document: dict[str, Any]) -> None:
    operations = [operation for path in document["paths"].values() for operation in path.values()]
    schemas = [operation["responses"]["default"]["content"]["application/json"]["schema"] for operation in operations]
    assert schemas == [ENVELOPE] * len(operations)


def test_probes_and_metrics_are_not_part_of_it(document: dict[str, Any]) -> None:
    assert not [path for path in document["paths"] if path.startswith(("/healthz", "/metrics"))]
