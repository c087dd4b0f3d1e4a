"""infra/release/quickstart: everything to open the page is in one file, without Secrets or images made by hand."""

import json
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).parents[3]
OVERLAY = ROOT / "infra/release/quickstart"
BUILT = ("auth", "tickets", "orders", "payments", "expiration", "client", "stripe-emulator")
Object = dict[str, Any]


@pytest.fixture(scope="module")
def objects(tmp_path_factory: pytest.TempPathFactory) -> list[Object]:
    """Every object of the overlay, as published."""
    if not shutil.which("kubectl"):
        pytest.skip("kubectl is not installed; CI has it")
    images = tmp_path_factory.mktemp("release") / "images.txt"
    images.write_text("".join(f"{name} ghcr.io/o/r/{name}@sha256:{'0a' * 32}\n" for name in BUILT))
    rendered = subprocess.run(
        [ROOT / "infra/release/render.sh", "quickstart"],
        env={"PATH": "/usr/local/bin:/usr/bin:/bin", "IMAGES": str(images)},
        capture_output=True,
        text=True,
        check=True,
    )
    return [*yaml.safe_load_all(rendered.stdout)]


def of_kind(objects: list[Object], *kinds: str) -> dict[str, Object]:
    """By name."""
    return {obj["metadata"]["name"]: obj for obj in objects if obj["kind"] in kinds}


def pods(objects: list[Object]) -> Iterator[Object]:
    for obj in of_kind(objects, "Deployment", "StatefulSet", "Job").values():
        yield obj["spec"]["template"]["spec"]


def containers(objects: list[Object]) -> Iterator[Object]:
    for pod in pods(objects):
        yield from [*pod.get("initContainers", []), *pod["containers"]]


def test_includes_the_system_and_the_emulator_without_an_ingress(objects: list[Object]) -> None:
    listed = yaml.safe_load((OVERLAY / "kustomization.yaml").read_text())["resources"]
    paths = [*(ROOT / "infra/k8s").glob("*.yaml"), *(ROOT / "infra/k8s-emulator").glob("stripe*.yaml")]
    assert {f"../../{path.relative_to(ROOT / 'infra')}" for path in paths} <= set(listed)
    assert of_kind(objects, "Ingress") == {}


def test_namespace_comes_first_and_holds_everything(objects: list[Object]) -> None:
    namespace, *others = objects
    assert (namespace["kind"], namespace["metadata"]["name"]) == ("Namespace", "ticketing")
    assert {obj["metadata"]["namespace"] for obj in others} == {"ticketing"}
    bindings = of_kind(objects, "RoleBinding").values()
    assert {subject["namespace"] for obj in bindings for subject in obj["subjects"]} == {"ticketing"}


def test_images_are_pinned_to_digests_or_patch_releases(objects: list[Object]) -> None:
    images = {container["image"] for container in containers(objects)}
    ours = {image for image in images if image.startswith("ghcr.io/o/r/")}
    assert ours == {f"ghcr.io/o/r/{name}@sha256:{'0a' * 32}" for name in BUILT}
    assert [image for image in images - ours if not re.fullmatch(r"[a-z]+:\d+\.\d+\.\d+(-\w+)?", image)] == []


def generated(objects: list[Object]) -> set[tuple[str, str]]:
    """Secret and key, from the files that each Job passes to its script and may write."""
    found = set()
    for name, job in of_kind(objects, "Job").items():
        data = of_kind(objects, "ConfigMap")[name]["data"]
        (_, manage) = of_kind(objects, "Role")[name]["rules"]
        files = job["spec"]["template"]["spec"]["containers"][0]["args"][1:]
        secrets = {key: value for file in files for key, value in json.loads(data[Path(file).name]).items()}
        assert set(manage["resourceNames"]) == secrets.keys()
        found |= {(secret, key) for secret, keys in secrets.items() for key in keys}
    return found


def test_every_secret_of_a_pod_is_generated(objects: list[Object]) -> None:
    entries = [entry.get("valueFrom", {}) for container in containers(objects) for entry in container.get("env", [])]
    needed = {(each["name"], each["key"]) for entry in entries if (each := entry.get("secretKeyRef"))}
    volumes = [volume for pod in pods(objects) for volume in pod.get("volumes", [])]
    projected = [source for volume in volumes for source in volume.get("projected", {}).get("sources", [])]
    needed |= {
        (source["secret"]["name"], item["key"])
        for source in projected
        if "secret" in source
        for item in source["secret"]["items"]
    }
    assert ("jwt-secret", "JWT_SECRET") in needed
    assert needed <= generated(objects)


def test_gateway_finds_every_service_by_the_names_of_its_configuration(objects: list[Object]) -> None:
    (config,) = (obj["data"]["Caddyfile"] for name, obj in of_kind(objects, "ConfigMap").items() if "gateway" in name)
    upstreams = set(re.findall(r"_UPSTREAMS:([\w-]+:\d+)\}", config))
    services = {
        f"{name}:{port['port']}" for name, obj in of_kind(objects, "Service").items() for port in obj["spec"]["ports"]
    }
    assert len(upstreams) == 6
    assert upstreams <= services


def test_gateway_runs_the_configuration_of_its_volume(objects: list[Object]) -> None:
    pod = of_kind(objects, "Deployment")["gateway"]["spec"]["template"]["spec"]
    (container,) = pod["containers"]
    (config,) = (volume["configMap"]["name"] for volume in pod["volumes"] if volume["name"] == "gateway")
    assert config in of_kind(objects, "ConfigMap")
    assert f"{container['volumeMounts'][0]['mountPath']}/Caddyfile" in container["command"]


def test_containers_satisfy_the_namespace_and_have_read_only_roots(objects: list[Object]) -> None:
    for container in containers(objects):
        context = container["securityContext"]
        assert context["readOnlyRootFilesystem"], container["name"]
        assert context["capabilities"]["drop"] == ["ALL"]
        assert context["capabilities"].get("add", []) in ([], ["NET_BIND_SERVICE"])


def test_each_pod_has_one_network_policy(objects: list[Object]) -> None:
    workloads = of_kind(objects, "Deployment", "StatefulSet", "Job").values()
    apps = [each["spec"]["template"]["metadata"]["labels"]["app"] for each in workloads]
    selectors = [policy["spec"]["podSelector"] for policy in of_kind(objects, "NetworkPolicy").values()]
    selected = [each["matchLabels"]["app"] for each in selectors if "matchLabels" in each]
    for each in selectors:
        selected += [app for expression in each.get("matchExpressions", []) for app in expression["values"]]
    assert sorted(selected) == sorted(apps)
