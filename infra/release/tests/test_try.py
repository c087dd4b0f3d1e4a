"""infra/release/try.sh: the quickstart is deployed and used as a user would."""

import json
import os
import subprocess
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

SCRIPT = Path(__file__).parents[1] / "try.sh"
# Like kubectl: `wait` succeeds unless PENDING is set; `port-forward` prints a port and runs until it is killed.
KUBECTL = """
echo "$*" >> "$0.calls"
case "$*" in
    "kustomize "*) echo "image: ticketing/auth:dev"; echo "image: mongo:7.0.43" ;;
    *" wait "*) [ -z "${PENDING:-}" ] || exit 1 ;;
    *" port-forward "*) echo "Forwarding from 127.0.0.1:$PAGE_PORT -> 8080"; exec sleep 600 ;;
esac
"""


@dataclass
class Page:
    """What a gateway responds: statuses by path of a POST, and the tickets that were created."""

    statuses: dict[str, int] = field(default_factory=lambda: {"/api/users/signup": 201, "/api/tickets": 201})
    tickets: list[object] = field(default_factory=list)
    port: int = 0


class Gateway(BaseHTTPRequestHandler):
    """Of one test; `page` is set on a subclass."""

    page: Page

    def do_GET(self) -> None:
        text = (
            json.dumps(self.page.tickets) if self.path == "/api/tickets" else "<title>Ticketing: buy and sell</title>"
        )
        self.respond(200, text)

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        if self.path == "/api/tickets":
            self.page.tickets.append(body)
        self.respond(self.page.statuses[self.path], "{}")

    def respond(self, status: int, text: str) -> None:
        self.send_response(status)
        self.end_headers()
        self.wfile.write(text.encode())

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def page() -> Iterator[Page]:
    served = Page()
    with ThreadingHTTPServer(("127.0.0.1", 0), type("Handler", (Gateway,), {"page": served})) as server:
        served.port = server.server_port
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield served
        server.shutdown()


def ran(command: list[Path | str], folder: Path, page: Page, **variables: str) -> subprocess.CompletedProcess[str]:
    """With a fake kubectl and kind, which record their calls beside themselves."""
    for name, behaviour in {"kubectl": KUBECTL, "kind": 'echo "$*" >> "$0.calls"'}.items():
        (folder / name).write_text(f"#!/bin/sh\n{behaviour}\n")
        (folder / name).chmod(0o755)
    path = f"{folder}{os.pathsep}{os.environ['PATH']}"
    environment = {**os.environ, "PATH": path, "PAGE_PORT": str(page.port), **variables}
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=False)


def tried(folder: Path, page: Page, **variables: str) -> subprocess.CompletedProcess[str]:
    return ran([SCRIPT, "quick.yaml"], folder, page, **variables)


def test_page_sign_up_and_ticket_succeed(tmp_path: Path, page: Page) -> None:
    done = tried(tmp_path, page)
    assert done.returncode == 0, done.stderr
    assert "The page is there after" in done.stdout
    assert page.tickets == [{"title": "Concert", "price": 20}]
    applied, waited, *_ = (tmp_path / "kubectl.calls").read_text().splitlines()
    assert applied == "apply --filename quick.yaml"
    assert "--timeout 300s deployment --all" in waited


def test_deployment_that_is_not_available_shows_pods_and_events(tmp_path: Path, page: Page) -> None:
    done = tried(tmp_path, page, PENDING="yes")
    assert (done.returncode, "Not every Deployment is available" in done.stderr) == (1, True)
    assert [line.split()[2:4] for line in (tmp_path / "kubectl.calls").read_text().splitlines()[2:]] == [
        ["get", "pods"],
        ["get", "events"],
    ]


@pytest.mark.parametrize(
    ("path", "complaint"), [("/api/users/signup", "Cannot sign up"), ("/api/tickets", "Cannot list a ticket")]
)
def test_failed_step_is_reported(path: str, complaint: str, tmp_path: Path, page: Page) -> None:
    page.statuses[path] = 503
    done = tried(tmp_path, page)
    assert (done.returncode, complaint in done.stderr) == (1, True)


@pytest.mark.parametrize("variables", [{}, {"PENDING": "yes"}])
def test_cluster_gets_the_built_images_and_is_deleted(variables: dict[str, str], tmp_path: Path, page: Page) -> None:
    done = ran([SCRIPT.with_name("try-in-kind.sh")], tmp_path, page, **variables)
    assert done.returncode == len(variables), done.stderr
    created, loaded, deleted = (tmp_path / "kind.calls").read_text().splitlines()
    assert created.startswith("create cluster --name ticketing-quickstart")
    assert loaded == "load docker-image --name ticketing-quickstart ticketing/auth:dev"
    assert deleted == "delete cluster --name ticketing-quickstart"
