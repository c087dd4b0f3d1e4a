"""Fill the volumes of compose.yaml from the manifests: each container's secrets, and the servers' configuration.

prepare.py INFRA VOLUMES: VOLUMES has a folder for each workload of the manifests that needs something. Passwords are
derived from one secret, which is generated at the first start, so they stay the same as long as its volume.
"""

import hmac
import json
import os
import re
import secrets
import shlex
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml

FOLDERS = ("k8s", "k8s-emulator")
WORKLOADS = ("Deployment", "StatefulSet")
OWN_IMAGES = "ticketing/"

Object = dict[str, Any]
Values = Mapping[str, Mapping[str, str]]  # data of ConfigMaps and Secrets by name


def main(infra: Path, volumes: Path) -> None:
    """Idempotent; files of an earlier release are overwritten."""
    objects = list(read(infra))
    values = config_maps_and_secrets(objects, stored_secret(volumes / "prepare" / "secret"))
    write(volumes / "gateway" / "Caddyfile", (infra / "gateway" / "Caddyfile").read_text())
    for obj in objects:
        if obj["kind"] in WORKLOADS:
            prepare(volumes, obj["metadata"]["name"], obj["spec"]["template"]["spec"], values)


def prepare(volumes: Path, name: str, pod: Object, values: Values) -> None:
    """Fill the volume of a workload, and give it its data folder, if they are here."""
    if (volumes / name).is_dir():
        for path, text in files(name, pod, values).items():
            write(volumes / name / path, text)
    if (data := volumes / f"{name}-data").is_dir():
        os.chown(data, pod["securityContext"]["runAsUser"], pod["securityContext"]["fsGroup"])


def read(infra: Path) -> Iterator[Object]:
    """The objects in FOLDERS."""
    for folder in FOLDERS:
        for file in sorted((infra / folder).glob("*.yaml")):
            yield from filter(None, yaml.safe_load_all(file.read_text()))


def stored_secret(file: Path) -> str:
    """Generated at the first start."""
    if not file.exists():
        write(file, secrets.token_hex(32))
    return file.read_text()


def config_maps_and_secrets(objects: list[Object], secret: str) -> Values:
    """ConfigMaps as they are, and the Secrets that Jobs would generate from them, and a JWT secret."""

    def password(name: str) -> str:
        """Hexadecimal after a letter: it can be put into a URL, and NATS does not take it for a number."""
        return f"p{hmac.new(secret.encode(), name.encode(), 'sha256').hexdigest()}"

    found = {obj["metadata"]["name"]: dict(obj["data"]) for obj in objects if obj["kind"] == "ConfigMap"}
    for text in [data["secrets.json"] for data in found.values() if "secrets.json" in data]:
        for name, keys in json.loads(text).items():
            found[name] = {key: value.replace("*", password(f"{name}/{key}")) for key, value in keys.items()}
    return {**found, "jwt-secret": {"JWT_SECRET": password("jwt-secret")}}


def files(name: str, pod: Object, values: Values) -> dict[str, str]:
    """What a pod's volume contains, by path: settings of a service, or a server's configuration and start script."""
    containers: list[Object] = [*pod.get("initContainers", ()), *pod["containers"]]
    *initial, container = containers
    if container["image"].startswith(OWN_IMAGES):
        return secret_settings(name, container, values)
    mounted = [volume["configMap"]["name"] for volume in pod.get("volumes", ()) if "configMap" in volume]
    scripts = [f"({exports(name, each, values)}\n{command(each)})" for each in initial]
    start = ["set -eu", *scripts, '. "$(dirname "$0")/environment"', f"exec {command(container)}"]
    return {
        **{path: text for source in mounted for path, text in values[source].items()},
        "environment": exports(name, container, values),
        "start.sh": "\n".join([*start, ""]),
    }


def secret_settings(name: str, container: Object, values: Values) -> dict[str, str]:
    """One file for each setting that contains a secret; the others are in compose.yaml."""
    entries = [entry for entry in container.get("env", ()) if not entry["name"].endswith("_PASSWORD")]
    secret = [
        entry["name"]
        for entry in entries
        if "secretKeyRef" in entry.get("valueFrom", ()) or "$(" in entry.get("value", "")
    ]
    return {key: value for key, value in environment(name, container, values).items() if key in secret}


def exports(name: str, container: Object, values: Values) -> str:
    """The environment of a container as shell commands."""
    found = environment(name, container, values)
    return "\n".join(f"export {key}={shlex.quote(value)}" for key, value in found.items())


def command(container: Object) -> str:
    """What a container runs, for a shell."""
    return shlex.join([*container["command"], *container.get("args", ())])


def environment(name: str, container: Object, values: Values) -> dict[str, str]:
    """As the kubelet sets it. Raises KeyError if a required key of a Secret or ConfigMap is missing."""
    found: dict[str, str] = {}
    for entry in container.get("env", ()):
        value = value_of(name, entry, values)
        if value is not None:
            found[entry["name"]] = re.sub(r"\$\((\w+)\)", lambda match: found[match[1]], value)
    return found


def value_of(name: str, entry: Object, values: Values) -> str | None:
    """Of one variable; None if it is optional and not there."""
    if "value" in entry:
        return str(entry["value"])
    source = entry["valueFrom"]
    if "fieldRef" in source:
        return f"{name}-0"
    reference = source.get("secretKeyRef") or source["configMapKeyRef"]
    if reference.get("optional"):
        return values.get(reference["name"], {}).get(reference["key"])
    return values[reference["name"]][reference["key"]]


def write(file: Path, text: str) -> None:
    """Readable by any user: only the container that uses the volume mounts it."""
    draft = file.with_name(f".{file.name}")
    draft.write_text(text)
    draft.chmod(0o444)
    draft.replace(file)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
