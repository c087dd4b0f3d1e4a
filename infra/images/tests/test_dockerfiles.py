"""The images start a service with the options of the local stack, as a numbered user."""

import json
import re
from ipaddress import ip_network
from pathlib import Path

import pytest

from ticketing_local.credentials import Credentials
from ticketing_local.processes.process import Layout, port_names
from ticketing_local.processes.services import web_process
from ticketing_local.settings import read_settings

ROOT = Path(__file__).parents[3]
SERVICE_DOCKERFILE = ROOT / "infra/images/Dockerfile"
DOCKERFILES = [SERVICE_DOCKERFILE, ROOT / "client/Dockerfile", ROOT / "infra/stripe-emulator/Dockerfile"]
# ingress-nginx keeps an idle connection for 60 s, and does not repeat a POST when the service closes it first.
KEEP_ALIVE = ["--timeout-keep-alive", "75"]


def test_service_image_runs_uvicorn_like_the_local_stack() -> None:
    settings = read_settings({"STATE_DIR": "/state"})
    ports = dict.fromkeys(port_names(settings), 3000)
    layout = Layout(settings, ports, {}, jwt_secret="", webhook_secret="", credentials=Credentials(""))
    _, _, program, app, *options = web_process(layout, "auth", "auth").command
    text = SERVICE_DOCKERFILE.read_text()
    # JSON, so that uvicorn itself receives SIGTERM.
    dev, runtime = (json.loads(found) for found in re.findall(r"^CMD (\[.*\])$", text, re.MULTILINE))
    assert runtime == [program, *("0.0.0.0" if each == "127.0.0.1" else each for each in options), *KEEP_ALIVE]
    assert dev == [*runtime, "--reload", "--reload-dir", "/app"]
    assert re.findall(r"\bUVICORN_APP=(.*)", text.replace("${SERVICE}", "auth")) == [app, app]


@pytest.mark.parametrize("file", DOCKERFILES, ids=lambda file: file.parent.name)
def test_default_target_is_runtime_as_numbered_user(file: Path) -> None:
    text = file.read_text()
    stages = re.findall(r"^FROM \S+ AS (\S+)$", text, re.MULTILINE)
    assert (stages[-1], "dev" in stages) == ("runtime", True)
    assert re.findall(r"^USER (\S+)$", text, re.MULTILINE) == ["10001:10001"] * 2
    assert not text.startswith("# syntax=")


def test_forwarded_headers_are_believed_from_private_networks_only() -> None:
    """Anybody could otherwise choose the address that limits count, and the scheme."""
    settings = (ROOT / "infra/k8s/shared-settings.yaml").read_text()
    [networks] = re.findall(r"^  FORWARDED_ALLOW_IPS: (.+)$", settings, re.MULTILINE)
    assert all(ip_network(network).is_private or network == "100.64.0.0/10" for network in networks.split(","))
    code = [*ROOT.glob("infra/**/Dockerfile"), *ROOT.glob("infra/**/*.yaml"), *ROOT.glob("infra/*/src/**/*.py")]
    assert [file for file in code if "forwarded-allow-ips" in file.read_text()] == []
