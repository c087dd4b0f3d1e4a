"""Docker's command line, as far as these tests need it."""

import json
import os
import shutil
import subprocess
from typing import Any

DOCKER = os.environ.get("DOCKER", "docker")
ANSWER_SECONDS = 600


class DockerFailed(Exception):
    """What Docker said."""


def why_there_is_none() -> str | None:
    """One line that says what to do, or None when an engine answers."""
    if shutil.which(DOCKER) is None:
        return f"There is no '{DOCKER}' here: install Docker, or name one: make test-images DOCKER=/usr/bin/docker"
    try:
        docker("version")
    except DockerFailed as error:
        last = str(error).strip().splitlines()[-1]
        return f"No Docker engine answers: start one, or set DOCKER_HOST ({last})"
    return None


def docker(*arguments: str) -> str:
    """What `docker …` prints. Raises DockerFailed."""
    done = run(*arguments)
    if done.returncode:
        raise DockerFailed(f"docker {' '.join(arguments)}\n{done.stdout}{done.stderr}")
    return done.stdout.strip()


def run(*arguments: str) -> "subprocess.CompletedProcess[str]":
    """`docker …`, however it ends."""
    return subprocess.run(
        [DOCKER, *arguments],
        env={**os.environ, "DOCKER_BUILDKIT": "1"},
        capture_output=True,
        text=True,
        timeout=ANSWER_SECONDS,
        check=False,
    )


def inspect(name: str) -> dict[str, Any]:
    """Of a container or an image."""
    found: dict[str, Any] = json.loads(docker("inspect", name))[0]
    return found


def is_there(image: str) -> bool:
    """Whether this image is here already, or can be pulled."""
    return run("image", "inspect", image).returncode == 0 or run("pull", "--quiet", image).returncode == 0
