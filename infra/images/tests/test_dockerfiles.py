"""The Dockerfiles agree with each other, and start a service as the local stack does."""

import json
import re
from pathlib import Path

import pytest

from ticketing_local.layout import Layout, port_names
from ticketing_local.services import web_process
from ticketing_local.settings import SERVICES, read_settings

ROOT = Path(__file__).parents[3]
# The ingress controller keeps a connection for 60 s; the local gateway for 3.
KEEP_ALIVE = ["--timeout-keep-alive", "75"]
DOCKERFILES = [*(ROOT / name / "Dockerfile" for name in (*SERVICES, "client")), ROOT / "infra" / "local" / "Dockerfile"]


def dockerfile(service: str) -> str:
    """Its text."""
    return (ROOT / service / "Dockerfile").read_text()


def commands(text: str) -> list[list[str]]:
    """Each CMD, of dev and of runtime; JSON, so the program gets SIGTERM itself."""
    return [json.loads(found) for found in re.findall(r"^CMD (\[.*\])$", text, re.MULTILINE)]


@pytest.mark.parametrize("service", SERVICES)
def test_the_services_differ_in_nothing_but_their_names(service: str) -> None:
    assert dockerfile(service) == dockerfile("auth").replace("auth", service)


@pytest.mark.parametrize("service", SERVICES)
def test_a_service_gets_the_options_that_the_local_stack_gives(service: str) -> None:
    settings = read_settings({"STATE_DIR": "/state"})
    layout = Layout(settings, dict.fromkeys(port_names(settings), 3000), {}, jwt_secret="", webhook_secret="")
    _, _, *local = web_process(layout, service, service).command
    dev, runtime = commands(dockerfile(service))
    assert runtime == ["0.0.0.0" if part == "127.0.0.1" else part for part in local] + KEEP_ALIVE
    reloading = ["--reload", "--reload-dir", f"/app/{service}/src", "--reload-dir", "/app/common/src"]
    assert dev == [*runtime, *reloading]


@pytest.mark.parametrize("file", DOCKERFILES, ids=lambda file: file.parent.name)
def test_the_default_target_is_runtime_and_its_user_is_a_number(file: Path) -> None:
    text = file.read_text()
    stages = re.findall(r"^FROM \S+ AS (\S+)$", text, re.MULTILINE)
    assert (stages[-1], "dev" in stages) == ("runtime", True)
    assert re.findall(r"^USER (\S+)$", text, re.MULTILINE) == ["10001:10001"] * 2
    assert not text.startswith("# syntax=")
