"""The Jobs that generate Secrets: what they create, what they leave alone, and that they may."""

import base64
import json
import ssl
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from infra.manifests.tests.manifests import Manifests

JOBS = {"credentials": "k8s", "stripe-credentials": "k8s-emulator"}
TOKEN = "a-token"


class FakeApi(BaseHTTPRequestHandler):
    """The Secrets of the namespace `shop`, with what the API server does to `stringData`."""

    secrets: dict[str, dict[str, str]]

    def do_GET(self) -> None:
        name = self.path.rpartition("/")[2]
        self.respond(200, {"data": self.secrets[name]}) if name in self.secrets else self.respond(404, {})

    def do_POST(self) -> None:
        body = self.body()
        self.store(body["metadata"]["name"], body)
        self.respond(201, body)

    def do_PATCH(self) -> None:
        assert self.headers["Content-Type"] == "application/merge-patch+json"
        self.store(self.path.rpartition("/")[2], self.body())
        self.respond(200, {})

    def store(self, name: str, body: dict[str, Any]) -> None:
        encoded = {key: base64.b64encode(value.encode()).decode() for key, value in body["stringData"].items()}
        self.secrets[name] = {**self.secrets.get(name, {}), **encoded}

    def body(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        return found

    def respond(self, status: int, body: dict[str, Any]) -> None:
        assert self.path.startswith("/api/v1/namespaces/shop/secrets")
        assert self.headers["Authorization"] == f"Bearer {TOKEN}"
        self.send_response(status)
        self.end_headers()
        self.wfile.write(json.dumps(body).encode())

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def api(tmp_path: Path) -> Iterator[SimpleNamespace]:
    """A fake API server: its address, the files of a service account, and the stored Secrets."""
    (tmp_path / "namespace").write_text("shop")
    (tmp_path / "token").write_text(TOKEN)
    authorities = ssl.create_default_context().get_ca_certs(binary_form=True)
    (tmp_path / "ca.crt").write_text(ssl.DER_cert_to_PEM_cert(authorities[0]))
    stored: dict[str, dict[str, str]] = {}
    handler = type("Handler", (FakeApi,), {"secrets": stored})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield SimpleNamespace(url=f"http://127.0.0.1:{server.server_port}", account=tmp_path, secrets=stored)
        server.shutdown()


def wanted(manifests: Manifests, job: str) -> dict[str, dict[str, str]]:
    (made,) = (made for made in manifests.objects("ConfigMap") if made["metadata"]["name"] == job)
    found: dict[str, dict[str, str]] = json.loads(made["data"]["secrets.json"])
    return found


def run(manifests: Manifests, job: str, api: SimpleNamespace) -> dict[str, str]:
    """What the script of the Job reports, by Secret."""
    (script,) = (made["data"]["create.py"] for made in manifests.objects("ConfigMap") if "create.py" in made["data"])
    module: dict[str, Any] = {"__name__": "create"}
    exec(compile(script, "create.py", "exec"), module)
    cluster = module["Secrets"](api.url, api.account)
    return dict(cluster.ensure(name, values).split(": ") for name, values in wanted(manifests, job).items())


def values(secret: dict[str, str]) -> dict[str, str]:
    return {key: base64.b64decode(value).decode() for key, value in secret.items()}


@pytest.mark.parametrize("job", JOBS)
def test_missing_secrets_are_created_once(manifests, job, api):
    assert set(run(manifests, job, api).values()) == {"created"}
    first = {name: dict(secret) for name, secret in api.secrets.items()}
    assert {name: secret.keys() for name, secret in first.items()} == {
        name: keys.keys() for name, keys in wanted(manifests, job).items()
    }
    assert set(run(manifests, job, api).values()) == {"unchanged"}
    assert api.secrets == first


def test_passwords_are_long_differ_and_fit_into_urls(manifests, api):
    run(manifests, "credentials", api)
    passwords = [password for secret in api.secrets.values() for password in values(secret).values()]
    assert len(set(passwords)) == len(passwords)
    assert all(password.isalnum() and password[0] == "p" and len(password) == 41 for password in passwords)


def test_own_secret_is_completed_but_not_changed(manifests, api):
    api.secrets["stripe-secret"] = {"STRIPE_KEY": base64.b64encode(b"sk_test_own").decode()}
    assert run(manifests, "stripe-credentials", api) == {
        "stripe-secret": "added ['STRIPE_PUBLISHABLE_KEY', 'STRIPE_WEBHOOK_SECRET']"
    }
    found = values(api.secrets["stripe-secret"])
    assert (found["STRIPE_KEY"], found["STRIPE_PUBLISHABLE_KEY"]) == ("sk_test_own", "pk_test_emulated")
    assert len(found["STRIPE_WEBHOOK_SECRET"]) > 40


@pytest.mark.parametrize(("job", "folder"), JOBS.items())
def test_job_may_only_create_and_complete_its_secrets(manifests, job, folder):
    (role,) = manifests.objects("Role", folder)
    (binding,) = manifests.objects("RoleBinding", folder)
    (account,) = manifests.objects("ServiceAccount", folder)
    assert role["rules"] == [
        {"apiGroups": [""], "resources": ["secrets"], "verbs": ["create"]},
        {"apiGroups": [""], "resources": ["secrets"], "verbs": ["get", "patch"]}
        | {"resourceNames": [*wanted(manifests, job)]},
    ]
    assert binding["roleRef"]["name"] == role["metadata"]["name"]
    assert [each["name"] for each in binding["subjects"]] == [account["metadata"]["name"]]
    assert manifests.jobs[job].pod["serviceAccountName"] == account["metadata"]["name"]


@pytest.mark.parametrize("job", JOBS)
def test_job_can_be_applied_again_by_every_release(manifests, job):
    """Its template is immutable while it exists: no image of a release, and it is deleted soon after it succeeded."""
    found = manifests.jobs[job]
    assert found.container["image"].startswith("python:3.11.")
    assert found.made["spec"]["ttlSecondsAfterFinished"] <= 60
    assert found.pod["restartPolicy"] == "OnFailure"
