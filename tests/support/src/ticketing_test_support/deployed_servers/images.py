"""The images of the servers that infra/k8s deploys; no version is repeated elsewhere."""

import re
from pathlib import Path

MANIFESTS = Path(__file__).parents[5] / "infra" / "k8s"
# The image of each server.
IMAGES = {"mongod": "mongo", "nats-server": "nats", "redis-server": "redis"}


class UnclearVersion(Exception):
    """The manifests do not say which version of a server runs."""


def deployed_images(manifests: Path = MANIFESTS) -> dict[str, str]:
    """The image of each server. Raises UnclearVersion unless there is exactly one."""
    text = "".join(path.read_text() for path in sorted(manifests.glob("*.yaml")))
    return {server: _only(image, text) for server, image in IMAGES.items()}


def version_of(image: str) -> str:
    """The version in its tag: `8.2.10` of `redis:8.2.10-alpine`. Raises UnclearVersion."""
    found = re.search(r":(\d+(?:\.\d+)*)(?:[-@]|$)", image)
    if found is None:
        raise UnclearVersion(f"The tag of {image} is no version")
    return found[1]


def _only(name: str, text: str) -> str:
    found = set(re.findall(rf"^\s*(?:- )?image: [\"']?((?:\S+/)?{name}[:@][^\s\"']+)", text, re.MULTILINE))
    if len(found) != 1:
        raise UnclearVersion(f"{MANIFESTS.name} should have one image of {name}: {sorted(found)}")
    return str(found.pop())
