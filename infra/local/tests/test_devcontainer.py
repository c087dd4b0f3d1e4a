"""The dev container prepares `make run` with the Python of CI, and forwards the gateway's port."""

import json
import re
from pathlib import Path
from typing import Any

import yaml

from ticketing_local.settings import read_settings

ROOT = Path(__file__).parents[3]
CI = yaml.safe_load((ROOT / ".github/actions/set-up/action.yml").read_text())["inputs"]["python"]["default"]


def container() -> dict[str, Any]:
    text = (ROOT / ".devcontainer/devcontainer.json").read_text()
    found: dict[str, Any] = json.loads(re.sub(r"^\s*//.*$", "", text, flags=re.MULTILINE))
    return found


def test_image_has_the_python_of_ci() -> None:
    assert re.fullmatch(rf"mcr\.microsoft\.com/devcontainers/python:\d+-{re.escape(CI)}-\w+", container()["image"])


def test_set_up_is_a_make_target() -> None:
    make, target = container()["postCreateCommand"].split()
    assert make == "make"
    assert re.search(rf"^{target}:", (ROOT / "Makefile").read_text(), re.MULTILINE)


def test_port_of_the_gateway_is_forwarded() -> None:
    port = read_settings({}).port
    assert container()["forwardPorts"] == [port]
    assert container()["portsAttributes"].keys() == {str(port)}


def test_features_are_watched_by_dependabot() -> None:
    watched = yaml.safe_load((ROOT / ".github/dependabot.yml").read_text())["updates"]
    assert [entry["directory"] for entry in watched if entry["package-ecosystem"] == "devcontainers"] == ["/"]
