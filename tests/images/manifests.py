"""The pods of infra/k8s as data: what a kubelet would read from them."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

Document = Mapping[str, Any]
Values = Mapping[str, Mapping[str, str]]


@dataclass(frozen=True)
class Pod:
    """A Deployment's or StatefulSet's pod with its one container."""

    name: str
    spec: Document
    claims: tuple[Document, ...]

    @property
    def container(self) -> Document:
        """The only one."""
        (container,) = self.spec["containers"]
        return container

    @property
    def user(self) -> str:
        """uid:gid, as a number each."""
        security = self.spec["securityContext"]
        return f"{security['runAsUser']}:{security['runAsGroup']}"

    @property
    def keeps_state(self) -> bool:
        """Whether it has a disk of its own."""
        return bool(self.claims)

    def port(self, name: str) -> int:
        """The number of a named port."""
        return int(next(port["containerPort"] for port in self.container["ports"] if port["name"] == name))

    def environment(self, values: Values) -> dict[str, str]:
        """Each variable with its value; `values` holds Secrets and ConfigMaps by name. What is optional may be absent.

        Raises KeyError when a Secret or a ConfigMap lacks what is needed.
        """
        found = {item["name"]: self._value(item, values) for item in self.container.get("env", ())}
        return {name: value for name, value in found.items() if value is not None}

    def _value(self, item: Document, values: Values) -> str | None:
        if "value" in item:
            return str(item["value"])
        source = item["valueFrom"]
        if "fieldRef" in source:
            return f"{self.name}-0"
        reference = source.get("secretKeyRef") or source["configMapKeyRef"]
        if reference.get("optional"):
            return values.get(reference["name"], {}).get(reference["key"])
        return values[reference["name"]][reference["key"]]


def documents(*folders: Path) -> list[Document]:
    """Every document in the folders' files, in the order in which `kubectl apply` would create them."""
    files = [file for folder in folders for file in sorted(folder.glob("*.yaml"))]
    return [document for file in files for document in yaml.safe_load_all(file.read_text()) if document]


def pods(found: list[Document]) -> Iterator[Pod]:
    """One of each Deployment and StatefulSet."""
    for document in found:
        if document["kind"] in ("Deployment", "StatefulSet"):
            spec = document["spec"]
            claims = tuple(spec.get("volumeClaimTemplates", ()))
            yield Pod(document["metadata"]["name"], spec["template"]["spec"], claims)


def values(found: list[Document]) -> dict[str, dict[str, str]]:
    """What ConfigMaps and Secrets say, by name."""
    return {
        document["metadata"]["name"]: {**document.get("data", {}), **document.get("stringData", {})}
        for document in found
        if document["kind"] in ("ConfigMap", "Secret")
    }


def paths(found: list[Document]) -> list[tuple[str, str]]:
    """Each path of the Ingresses with the Service that answers it, longest first, as a controller sorts them."""
    rules = [rule for document in found if document["kind"] == "Ingress" for rule in document["spec"]["rules"]]
    pairs = [(path["path"], path["backend"]["service"]["name"]) for rule in rules for path in rule["http"]["paths"]]
    return sorted(pairs, key=lambda pair: -len(pair[0]))
