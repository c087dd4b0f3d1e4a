"""Routing is the same in every Ingress, in the local gateway and in the OpenAPI documents."""

import json

import pytest
from infra.manifests.tests.manifests import ROOT, Manifests

from stripe_emulator import PAGE_PREFIX
from ticketing_test_support.gateway_routes import gateway_routes

HOSTS = {"k8s-dev": "ticketing.dev", "k8s-prod": "ticketing.example.com"}


def table(manifests: Manifests, folder: str) -> dict[str, str]:
    """Service by path prefix in the Ingress of a folder."""
    (ingress,) = manifests.objects("Ingress", folder)
    (rule,) = ingress["spec"]["rules"]
    paths = rule["http"]["paths"]
    assert {path["pathType"] for path in paths} == {"Prefix"}
    return {path["path"]: path["backend"]["service"]["name"] for path in paths}


def destination(routes: dict[str, str], path: str) -> str:
    """The longest prefix of whole segments wins."""
    matching = [prefix for prefix in routes if prefix in ("/", path) or path.startswith(f"{prefix}/")]
    return routes[max(matching, key=len)]


def owners() -> list[tuple[str, str]]:
    """(path, service) of the whole API, from the OpenAPI documents."""
    documents = sorted((ROOT / "docs" / "api").glob("*.openapi.json"))
    return [
        (path, document.name.partition(".")[0])
        for document in documents
        for path in json.loads(document.read_text())["paths"]
        if path.startswith("/api/")
    ]


@pytest.mark.parametrize("folder", HOSTS)
def test_ingress_has_the_paths_of_the_gateway(folder, manifests):
    """And /api, so that an unknown API path gets a JSON 404 from auth instead of a page."""
    assert table(manifests, folder) == {**gateway_routes(), "/api": "auth", "/": "client"}


def test_changed_path_is_detected(manifests):
    broken = manifests.broken("infra/k8s-dev/ingress.yaml", "path: /api/orders", "path: /api/order")
    assert table(broken, "k8s-dev") != table(manifests, "k8s-dev")


@pytest.mark.parametrize(("path", "service"), owners())
def test_api_path_reaches_the_service_that_serves_it(path, service, manifests):
    assert destination(table(manifests, "k8s-dev"), path) == service


@pytest.mark.parametrize("path", ["/healthz/ready", "/metrics", "/docs", "/tickets", "/apiary"])
def test_other_path_reaches_the_client(path, manifests):
    assert destination(table(manifests, "k8s-prod"), path) == "client"


def test_ingress_exposes_only_the_emulator_paths_of_the_page(manifests):
    assert table(manifests, "k8s-emulator") == {f"{PAGE_PREFIX}/v3": "stripe-emulator"}


@pytest.mark.parametrize(("folder", "host"), HOSTS.items())
def test_certificate_covers_the_host(folder, host, manifests):
    (ingress,) = manifests.objects("Ingress", folder)
    assert [rule["host"] for rule in ingress["spec"]["rules"]] == [host]
    assert [tls["hosts"] for tls in ingress["spec"]["tls"]] == [[host]]
    assert ingress["spec"]["ingressClassName"] == "nginx"


def test_plain_http_is_served_only_in_development(manifests):
    annotations = {folder: manifests.objects("Ingress", folder)[0]["metadata"]["annotations"] for folder in HOSTS}
    redirects = {folder: notes["nginx.ingress.kubernetes.io/ssl-redirect"] for folder, notes in annotations.items()}
    assert redirects == {"k8s-dev": "false", "k8s-prod": "true"}
