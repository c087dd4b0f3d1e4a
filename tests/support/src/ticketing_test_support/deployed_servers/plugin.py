"""A pytest plugin: with SERVERS=deployed, no test runs unless the servers are those that infra/k8s deploys."""

import os

import pytest

from ticketing_local.binaries import find_binary, find_version
from ticketing_test_support.deployed_servers.images import deployed_images, version_of


def differences() -> list[str]:
    """One line for each server that has another version than in infra/k8s."""
    versions = {server: (find_version(server), version_of(image)) for server, image in deployed_images().items()}
    return [
        f"{find_binary(server)} is {found}, but infra/k8s deploys {deployed}"
        for server, (found, deployed) in versions.items()
        if not f"{found}.".startswith(f"{deployed}.")
    ]


def pytest_configure(config: pytest.Config) -> None:
    """The controller checks for its workers."""
    if os.environ.get("SERVERS") != "deployed" or hasattr(config, "workerinput"):
        return
    if found := differences():
        pytest.exit("\n".join(found), returncode=1)


def pytest_report_header() -> list[str]:
    """The versions, in the first lines of a run that asked for them."""
    if os.environ.get("SERVERS") != "deployed":
        return []
    return ["servers: " + ", ".join(f"{server} {find_version(server)}" for server in deployed_images())]
