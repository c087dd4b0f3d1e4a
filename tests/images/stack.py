"""The whole marketplace from images, on one Docker network, as infra/k8s describes it."""

import contextlib
import secrets
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.images import gateway, manifests, pod_runner
from tests.images.engine import docker, is_there, run
from tests.images.manifests import Pod
from tests.images.pod_runner import Network

ROOT = Path(__file__).parents[2]
INFRA = ROOT / "infra"
FOLDERS = (INFRA / "k8s", INFRA / "k8s-dev", INFRA / "k8s-emulator")
WINDOW_SECONDS = 6


@dataclass(frozen=True)
class ImageStack:
    """It runs. `ready_after` are the seconds from `docker run` to ready, by pod."""

    url: str
    network: Network
    pods: dict[str, Pod]
    ready_after: dict[str, float]


def own_images(found: dict[str, Pod]) -> list[str]:
    """Those that `make images` builds, each once."""
    return sorted({pod.container["image"] for pod in found.values() if pod.container["image"].startswith("ticketing/")})


def provide_servers(found: dict[str, Pod]) -> None:
    """Pull the images of others; what cannot be pulled is built from the wheels of this workspace, by the same name."""
    foreign = {pod.container["image"] for pod in found.values()} - set(own_images(found)) | {gateway.IMAGE}
    for image in sorted(foreign):
        if not is_there(image):
            target = image.partition(":")[0]
            file = ROOT / "tests" / "images" / "stand-ins.Dockerfile"
            docker("build", "--target", target, "--tag", image, "--file", str(file), str(ROOT))


@contextlib.contextmanager
def started(folder: Path) -> Iterator[ImageStack]:
    """Ready when entered: first what keeps state, then the others, one after the other. Gone when left."""
    documents = manifests.documents(*FOLDERS)
    found = {pod.name: pod for pod in manifests.pods(documents)}
    provide_servers(found)
    with network(folder) as own:
        known = _values(documents)
        order = sorted(found.values(), key=lambda pod: not pod.keeps_state)
        ready_after = {pod.name: _timed_start(pod, own, known) for pod in order}
        ports = {name: pod.container["ports"][0]["containerPort"] for name, pod in found.items()}
        url = gateway.start(own, manifests.paths(documents), ports)
        yield ImageStack(url, own, found, ready_after)


@contextlib.contextmanager
def network(folder: Path) -> Iterator[Network]:
    """A network of its own; whatever carries its label is removed at the end."""
    own = Network(f"ticketing-{secrets.token_hex(4)}", folder)
    docker("network", "create", own.label)
    try:
        yield own
    finally:
        _remove(own.label)


def _timed_start(pod: Pod, own: Network, known: manifests.Values) -> float:
    began = time.monotonic()
    pod_runner.start(pod, own, known)
    pod_runner.wait_until_ready(pod, own)
    return time.monotonic() - began


def _values(documents: list[manifests.Document]) -> dict[str, dict[str, str]]:
    """What the manifests say, with a secret of this run and a hold that a test can wait for."""
    known = manifests.values(documents)
    known["jwt-secret"] = {"JWT_SECRET": secrets.token_hex(32)}
    known["shared-settings"] = {**known["shared-settings"], "EXPIRATION_WINDOW_SECONDS": str(WINDOW_SECONDS)}
    return known


def _remove(label: str) -> None:
    containers = docker("ps", "--all", "--quiet", "--filter", f"label={label}").split()
    if containers:
        run("rm", "--force", *containers)
    volumes = docker("volume", "ls", "--quiet", "--filter", f"label={label}").split()
    if volumes:
        run("volume", "rm", *volumes)
    run("network", "rm", label)
