"""The images of others: pinned to a patch release, one of each, and watched by Dependabot."""

import re
from collections import defaultdict
from collections.abc import Iterator

import yaml
from infra.manifests.tests.manifests import ROOT, Manifests, Workload

PATCH_RELEASE = re.compile(r"\d+\.\d+\.\d+(-[a-z0-9.]+)?")


def third_party(manifests: Manifests) -> Iterator[tuple[str, str]]:
    """Name and tag, of Jobs and init containers, too."""
    made: list[Workload] = [*manifests.workloads.values(), *manifests.jobs.values()]
    for container in (container for workload in made for container in workload.containers):
        name, _, tag = container["image"].partition(":")
        if not name.startswith("ticketing/"):
            yield name, tag


def test_images_of_others_are_pinned_to_a_patch_release(manifests):
    assert [image for image in third_party(manifests) if not PATCH_RELEASE.fullmatch(image[1])] == []


def test_images_of_monitoring_are_pinned_to_a_patch_release():
    text = "".join(path.read_text() for path in (ROOT / "infra/observability/k8s").glob("*.yaml"))
    images = re.findall(r" image: (?!ticketing/)(\S+)", text)
    assert len(images) > 5
    assert [image for image in images if not re.fullmatch(r"\S+:v?\d+\.\d+\.\d+", image)] == []


def test_each_server_has_one_version_everywhere(manifests):
    versions = defaultdict(set)
    for name, tag in third_party(manifests):
        versions[name].add(tag)
    assert versions.keys() >= {"mongo", "nats", "redis", "python"}
    assert {name: tags for name, tags in versions.items() if len(tags) > 1} == {}


def test_image_without_patch_release_is_detected(manifests):
    broken = manifests.broken("infra/k8s/nats.yaml", "image: nats:2.15.0-alpine", "image: nats:2.15-alpine")
    assert ("nats", "2.15-alpine") in third_party(broken)
    assert not PATCH_RELEASE.fullmatch("2.15-alpine")


def test_dependabot_watches_every_folder_with_images():
    updates = yaml.safe_load((ROOT / ".github/dependabot.yml").read_text())["updates"]
    (watched,) = (each["directories"] for each in updates if each["package-ecosystem"] == "docker")
    paths = [*(ROOT / "infra").glob("k8s*/*.yaml"), *(ROOT / "infra").glob("*/*/*.yaml")]
    folders = {f"/{path.parent.relative_to(ROOT)}" for path in paths if " image: " in path.read_text()}
    assert folders <= set(watched)
