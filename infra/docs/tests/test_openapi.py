"""The OpenAPI documents: complete for the routes that the services have."""

import json
import re
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml

from ticketing_docs.__main__ import DOCUMENTS, REFERENCE, documents
from ticketing_docs.examples import BODIES
from ticketing_local.settings import SERVICES

METHODS = {"get", "put", "post", "delete", "patch"}


def document(service: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((DOCUMENTS / f"{service}.openapi.json").read_text())
    return found


def operations(service: str) -> list[dict[str, Any]]:
    return [path[method] for path in document(service)["paths"].values() for method in METHODS & path.keys()]


def test_documents_are_up_to_date() -> None:
    assert {path: text for path, text in documents().items() if path.read_text() != text} == {}


def test_folder_has_no_other_documents() -> None:
    found = {
        path for folder in (DOCUMENTS, REFERENCE) for suffix in ("json", "yaml") for path in folder.glob(f"*.{suffix}")
    }
    assert found == documents().keys()


@pytest.mark.parametrize("service", SERVICES)
def test_operation_ids_are_short_and_unique(service: str) -> None:
    ids = [operation["operationId"] for operation in operations(service)]
    assert ids
    assert len(set(ids)) == len(ids)
    assert all(name.isalpha() for name in ids)


@pytest.mark.parametrize("service", SERVICES)
def test_every_operation_is_described_and_has_a_described_tag(service: str) -> None:
    tags = {tag["name"] for tag in document(service)["tags"] if tag["description"]}
    assert all(operation["description"] and tags.issuperset(operation["tags"]) for operation in operations(service))


@pytest.mark.parametrize("service", ["auth", "tickets", "orders", "payments"])
def test_document_has_only_public_routes(service: str) -> None:
    assert all(path.startswith("/api/") for path in document(service)["paths"])


def test_expiration_documents_what_probes_request() -> None:
    assert set(document("expiration")["paths"]) == {"/healthz/live", "/healthz/ready", "/metrics"}


@pytest.mark.parametrize("service", SERVICES)
def test_every_body_has_an_example(service: str) -> None:
    bodies = [
        content
        for operation in operations(service)
        for body in (operation.get("requestBody", {}), *operation["responses"].values())
        for content in body.get("content", {}).values()
    ]
    components = document(service)["components"].get("responses", {}).values()
    assert bodies
    assert all("example" in body for body in bodies)
    assert all("example" in component["content"]["application/json"] for component in components)


def test_only_existing_operations_have_examples() -> None:
    assert BODIES.keys() == {operation["operationId"] for service in SERVICES for operation in operations(service)}


def test_reference_joins_all_routes_and_every_component_that_they_use() -> None:
    joined = json.loads((REFERENCE / "openapi.json").read_text())
    assert joined["paths"].keys() == {path for service in SERVICES for path in document(service)["paths"]}
    used = set(re.findall(r'"#/components/(\w+)/([\w.]+)"', json.dumps(joined)))
    assert len(used) > 40
    assert [(kind, name) for kind, name in used if name not in joined["components"][kind]] == []


@pytest.mark.parametrize("path", documents())
def test_documents_have_the_version_of_the_release(path: Path) -> None:
    released = tomllib.loads((DOCUMENTS.parents[1] / "pyproject.toml").read_text())["project"]["version"]
    assert yaml.safe_load(path.read_text())["info"]["version"] == released
