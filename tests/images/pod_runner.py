"""Runs a pod of the manifests as one container: same image, command, user, rights and settings, on a read-only root."""

import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.images.engine import docker, inspect, run
from tests.images.manifests import Pod, Values

from ticketing_local.probes import HttpProbe

READY_SECONDS = 120
POLL_SECONDS = 0.02
HARDENING = ("--read-only", "--cap-drop", "ALL", "--security-opt", "no-new-privileges", "--restart", "no")


@dataclass(frozen=True)
class Network:
    """Where the containers find each other by name. `label` marks all that is to be removed in the end."""

    label: str
    files: Path

    def name(self, pod: str) -> str:
        """Of a pod's container."""
        return f"{self.label}-{pod}"


def start(pod: Pod, network: Network, values: Values) -> None:
    """`docker run`; returns when the process has been started, ready or not."""
    name = network.name(pod.name)
    command = [*pod.container.get("command", ()), *pod.container.get("args", ())]
    docker(
        *("run", "--detach", "--name", name, "--label", network.label, "--user", pod.user, *HARDENING),
        *("--network", network.label, "--network-alias", pod.name, "--hostname", f"{pod.name}-0"),
        *(part for item in pod.environment(values).items() for part in ("--env", "=".join(item))),
        *(part for port in pod.container["ports"] for part in ("--publish", f"127.0.0.1::{port['containerPort']}")),
        *_mounts(pod, network, values),
        *(("--entrypoint", command[0]) if command else ()),
        *(pod.container["image"], *command[1:]),
    )


def address(pod: Pod, network: Network, port: str) -> str:
    """host:port on this machine of a named port."""
    return docker("port", network.name(pod.name), f"{pod.port(port)}/tcp").splitlines()[0]


def is_ready(pod: Pod, network: Network) -> bool:
    """Ask what the manifest's readiness probe asks."""
    probe = pod.container["readinessProbe"]
    if "exec" in probe:
        return run("exec", network.name(pod.name), *probe["exec"]["command"]).returncode == 0
    if "httpGet" in probe:
        return HttpProbe(f"http://{address(pod, network, probe['httpGet']['port'])}{probe['httpGet']['path']}").passes()
    return True  # an open port: whoever needs it finds out


def wait_until_ready(pod: Pod, network: Network) -> None:
    """Raises AssertionError, with what it said, when it ends or does not become ready."""
    deadline = time.monotonic() + READY_SECONDS
    while not is_ready(pod, network):
        state: dict[str, Any] = inspect(network.name(pod.name))["State"]
        if not state["Running"] or time.monotonic() > deadline:
            said = run("logs", "--tail", "30", network.name(pod.name))
            raise AssertionError(f"{pod.name} is not ready ({state['Status']}):\n{said.stdout}{said.stderr}")
        time.sleep(POLL_SECONDS)


def _mounts(pod: Pod, network: Network, values: Values) -> list[str]:
    volumes = {volume["name"]: volume for volume in pod.spec.get("volumes", ())}
    found: list[str] = []
    for mount in pod.container.get("volumeMounts", ()):
        found += _mount(pod, network, values, volumes.get(mount["name"]), mount)
    return found


def _mount(pod: Pod, network: Network, values: Values, volume: Any, mount: Any) -> list[str]:
    path = mount["mountPath"]
    if volume is None:
        return ["--volume", f"{_disk(pod, network)}:{path}"]
    if "emptyDir" in volume:
        return ["--tmpfs", f"{path}:mode=1777"]
    folder = network.files / pod.name / mount["name"]
    _write(folder, volume, values)
    return ["--volume", f"{folder}:{path}:ro"]


def _disk(pod: Pod, network: Network) -> str:
    """An empty volume that belongs to root and lets the pod's fsGroup write, as a kubelet leaves it."""
    name = network.name(pod.name)
    docker("volume", "create", "--label", network.label, name)
    group = pod.spec["securityContext"]["fsGroup"]
    prepare = f"chgrp {group} /disk && chmod 2775 /disk"
    image = pod.container["image"]
    docker("run", "--rm", "--user", "0:0", "--volume", f"{name}:/disk", "--entrypoint", "sh", image, "-c", prepare)
    return name


def _write(folder: Path, volume: Any, values: Values) -> None:
    """The files of a ConfigMap, or of a projected volume, that everybody may read."""
    folder.mkdir(parents=True)
    for name, text in _files(volume, values).items():
        (folder / name).write_text(text)


def _files(volume: Any, values: Values) -> dict[str, str]:
    if "configMap" in volume:
        return dict(values[volume["configMap"]["name"]])
    found: dict[str, str] = {}
    for source in volume["projected"]["sources"]:
        reference = source.get("secret") or source["configMap"]
        known = values.get(reference["name"], {})
        found |= {item["path"]: known[item["key"]] for item in reference["items"] if item["key"] in known}
    return found
