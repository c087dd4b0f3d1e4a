"""The Docker commands that these tests need."""

import json
import os
import shutil
import subprocess
from collections.abc import Mapping
from typing import Any

DOCKER = os.environ.get("DOCKER", "docker")
TIMEOUT_SECONDS = 600


class DockerError(Exception):
    """The output of a failed command."""


def missing_engine() -> str | None:
    """What to do if no Docker engine responds, else None."""
    if shutil.which(DOCKER) is None:
        return f"'{DOCKER}' is not installed: install Docker, or choose one: make test-images DOCKER=/usr/bin/docker"
    try:
        docker("version")
    except DockerError as error:
        last = str(error).strip().splitlines()[-1]
        return f"No Docker engine responds: start one, or set DOCKER_HOST ({last})"
    if run("compose", "version").returncode:
        return f"'{DOCKER} compose' does not exist: install the plugin of Docker Compose"
    return None


def docker(*arguments: str, env: Mapping[str, str] = os.environ) -> str:
    """The output of `docker …`. Raises DockerError."""
    done = run(*arguments, env=env)
    if done.returncode:
        raise DockerError(f"docker {' '.join(arguments)}\n{done.stdout}{done.stderr}")
    return done.stdout.strip()


def run(*arguments: str, env: Mapping[str, str] = os.environ) -> "subprocess.CompletedProcess[str]":
    """`docker …`, whatever its exit status."""
    return subprocess.run(
        [DOCKER, *arguments],
        env={**env, "DOCKER_BUILDKIT": "1"},
        capture_output=True,
        text=True,
        timeout=TIMEOUT_SECONDS,
        check=False,
    )


def inspect(name: str) -> dict[str, Any]:
    """Of a container or an image."""
    found: dict[str, Any] = json.loads(docker("inspect", name))[0]
    return found


def is_available(image: str) -> bool:
    """Whether the image exists locally or can be pulled."""
    return run("image", "inspect", image).returncode == 0 or run("pull", "--quiet", image).returncode == 0
