"""Which path goes where: the same in every Ingress, behind the local gateway, and in the services' own documents."""

import json

import pytest
from infra.manifests.tests.manifests import ROOT, Manifests

from stripe_emulator import PAGE_PREFIX
from ticketing_local.gateway import ROUTES

HOSTS = {"k8s-dev": "ticketing.dev", "k8s-prod": "ticketing.example.com"}


def table(manifests: Manifests, folder: str) -> dict[str, str]:
    """Service by path prefix, of the one Ingress of a folder."""
    (ingress,) = manifests.objects("Ingress", folder)
    (rule,) = ingress["spec"]["rules"]
    paths = rule["http"]["paths"]
    assert {path["pathType"] for path in paths} == {"Prefix"}
    return {path["path"]: path["backend"]["service"]["name"] for path in paths}


def destination(routes: dict[str, str], path: str) -> str:
    """As an Ingress decides: the longest prefix of whole segments."""
    fits = [prefix for prefix in routes if prefix in ("/", path) or path.startswith(f"{prefix}/")]
    return routes[max(fits, key=len)]


def owners() -> list[tuple[str, str]]:
    """Every path of the API, from the OpenAPI document of the service that has it."""
    documents = sorted((ROOT / "client" / "openapi").glob("*.json"))
    return [(path, document.stem) for document in documents for path in json.loads(document.read_text())["paths"]]


@pytest.mark.parametrize("folder", HOSTS)
def test_an_ingress_has_the_gateways_paths(folder, manifests):
    """And one more: what the API does not know is answered in its own words, by auth, and not with a page."""
    assert table(manifests, folder) == {**ROUTES, "/api": "auth", "/": "client"}


def test_another_path_is_seen(manifests):
    broken = manifests.broken("infra/k8s-dev/ingress.yaml", "path: /api/orders", "path: /api/order")
    assert table(broken, "k8s-dev") != table(manifests, "k8s-dev")


@pytest.mark.parametrize(("path", "service"), owners())
def test_each_path_of_the_api_comes_to_the_service_that_has_it(path, service, manifests):
    assert destination(table(manifests, "k8s-dev"), path) == service


@pytest.mark.parametrize("path", ["/healthz/ready", "/metrics", "/docs", "/tickets", "/apiary"])
def test_what_is_not_the_api_comes_to_the_page(path, manifests):
    assert destination(table(manifests, "k8s-prod"), path) == "client"


def test_of_the_emulator_only_what_a_page_needs_is_shown(manifests):
    prefixes = {f"{PAGE_PREFIX}/v1": "stripe-emulator", f"{PAGE_PREFIX}/v3": "stripe-emulator"}
    assert table(manifests, "k8s-emulator") == prefixes


@pytest.mark.parametrize(("folder", "host"), HOSTS.items())
def test_the_certificate_is_for_the_host(folder, host, manifests):
    (ingress,) = manifests.objects("Ingress", folder)
    assert [rule["host"] for rule in ingress["spec"]["rules"]] == [host]
    assert [tls["hosts"] for tls in ingress["spec"]["tls"]] == [[host]]
    assert ingress["spec"]["ingressClassName"] == "nginx"


def test_plain_http_is_served_for_development_alone(manifests):
    said = {folder: manifests.objects("Ingress", folder)[0]["metadata"]["annotations"] for folder in HOSTS}
    redirects = {folder: notes["nginx.ingress.kubernetes.io/ssl-redirect"] for folder, notes in said.items()}
    assert redirects == {"k8s-dev": "false", "k8s-prod": "true"}
