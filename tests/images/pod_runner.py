"""Runs a pod of the manifests as a container with the same image, command, user and settings, on a read-only root."""

import re
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from infra.manifests.tests.manifests import Object, Workload
from tests.images.engine import docker, inspect, run

from ticketing_local.probes import HttpProbe

READY_SECONDS = 120
POLL_SECONDS = 0.02
HARDENING = ("--read-only", "--cap-drop", "ALL", "--security-opt", "no-new-privileges", "--restart", "no")

Values = Mapping[str, Mapping[str, str]]  # data of ConfigMaps and Secrets by name


@dataclass(frozen=True)
class Network:
    """A Docker network on which containers find each other by name. Everything with its label is removed at the end."""

    label: str
    files: Path

    def name(self, pod: str) -> str:
        """Of a pod's container."""
        return f"{self.label}-{pod}"


def start(pod: Workload, network: Network, values: Values) -> None:
    """`docker run`, after its init containers; returns before the container is ready."""
    for container in pod.pod.get("initContainers", ()):
        docker("run", "--rm", *_options(pod, container, network, values))
    docker(
        *("run", "--detach", "--name", network.name(pod.name)),
        *("--network", network.label, "--network-alias", pod.name, "--hostname", f"{pod.name}-0"),
        *(part for port in pod.ports.values() for part in ("--publish", f"127.0.0.1::{port}")),
        *_options(pod, pod.container, network, values),
    )


def _options(pod: Workload, container: Object, network: Network, values: Values) -> list[str]:
    """Those that a container shares with its init containers, the image and the arguments."""
    identity = pod.pod["securityContext"]
    command = container.get("command", [])
    return [
        *("--label", network.label, *HARDENING),
        *("--user", f"{identity['runAsUser']}:{identity['runAsGroup']}"),
        *(part for item in _environment(pod, container, values).items() for part in ("--env", "=".join(item))),
        *_mounts(pod, container, network, values),
        *(("--entrypoint", command[0]) if command else ()),
        *(container["image"], *command[1:], *container.get("args", ())),
    ]


def wait_until_ready(pod: Workload, network: Network) -> None:
    """Raises AssertionError with the container's log if it exits or does not become ready."""
    deadline = time.monotonic() + READY_SECONDS
    while not _is_ready(pod, network):
        state: Object = inspect(network.name(pod.name))["State"]
        if not state["Running"] or time.monotonic() > deadline:
            log = run("logs", "--tail", "30", network.name(pod.name))
            raise AssertionError(f"{pod.name} is not ready ({state['Status']}):\n{log.stdout}{log.stderr}")
        time.sleep(POLL_SECONDS)


def _is_ready(pod: Workload, network: Network) -> bool:
    probe = pod.container["readinessProbe"]
    name = network.name(pod.name)
    if "exec" in probe:
        return run("exec", name, *probe["exec"]["command"]).returncode == 0
    if "httpGet" in probe:
        address = docker("port", name, f"{pod.ports[probe['httpGet']['port']]}/tcp").splitlines()[0]
        return HttpProbe(f"http://{address}{probe['httpGet']['path']}").passes()
    return True  # a TCP probe: clients wait for the port themselves


def _environment(pod: Workload, container: Object, values: Values) -> dict[str, str]:
    """Raises KeyError if a required Secret or ConfigMap key is missing, or a variable that another one contains."""
    found: dict[str, str] = {}
    for entry in container.get("env", ()):
        value = _value(pod, entry, values)
        if value is not None:
            found[entry["name"]] = re.sub(r"\$\((\w+)\)", lambda match: found[match[1]], value)
    return found


def _value(pod: Workload, entry: Object, values: Values) -> str | None:
    if "value" in entry:
        return str(entry["value"])
    source = entry["valueFrom"]
    if "fieldRef" in source:
        return f"{pod.name}-0"
    reference = source.get("secretKeyRef") or source["configMapKeyRef"]
    if reference.get("optional"):
        return values.get(reference["name"], {}).get(reference["key"])
    return values[reference["name"]][reference["key"]]


def _mounts(pod: Workload, container: Object, network: Network, values: Values) -> list[str]:
    volumes = {volume["name"]: volume for volume in pod.pod.get("volumes", ())}
    mounts = container.get("volumeMounts", ())
    return [part for mount in mounts for part in _mount(pod, network, values, volumes.get(mount["name"]), mount)]


def _mount(pod: Workload, network: Network, values: Values, volume: Any, mount: Any) -> list[str]:
    path = mount["mountPath"]
    if volume is None:
        return ["--volume", f"{_claim(pod, network)}:{path}"]
    if "emptyDir" in volume:
        return ["--tmpfs", f"{path}:mode=1777"]
    folder = network.files / pod.name / mount["name"]
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in _files(volume, values).items():
        (folder / name).write_text(text)
    return ["--volume", f"{folder}:{path}:ro"]


def _claim(pod: Workload, network: Network) -> str:
    """An empty volume that belongs to root and is writable by the pod's fsGroup, as the kubelet prepares it."""
    name = network.name(pod.name)
    docker("volume", "create", "--label", network.label, name)
    prepare = f"chgrp {pod.pod['securityContext']['fsGroup']} /disk && chmod 2775 /disk"
    image = pod.container["image"]
    docker("run", "--rm", "--user", "0:0", "--volume", f"{name}:/disk", "--entrypoint", "sh", image, "-c", prepare)
    return name


def _files(volume: Any, values: Values) -> dict[str, str]:
    """Text by name of a ConfigMap or projected volume."""
    if "configMap" in volume:
        return dict(values[volume["configMap"]["name"]])
    found: dict[str, str] = {}
    for source in volume["projected"]["sources"]:
        reference = source.get("secret") or source["configMap"]
        data = values.get(reference["name"], {})
        found |= {item["path"]: data[item["key"]] for item in reference["items"] if item["key"] in data}
    return found
