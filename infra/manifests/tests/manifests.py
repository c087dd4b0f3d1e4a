"""The manifests as the API server would read them, and copies with one deliberate error."""

import dataclasses
from collections.abc import Iterator, Mapping
from functools import cache, cached_property
from pathlib import Path
from typing import Any, Self

import yaml

ROOT = Path(__file__).parents[3]
FOLDERS = ("k8s", "k8s-dev", "k8s-prod", "k8s-emulator")
WORKLOADS = ("Deployment", "StatefulSet")

Object = dict[str, Any]
Labels = Mapping[str, str]


def matches(labels: Labels, selector: Labels) -> bool:
    """Whether a label selector matches. An empty one matches nothing here."""
    return bool(selector) and selector.items() <= labels.items()


@cache
def documents(text: str) -> tuple[Object, ...]:
    """The objects in a file. Cached: do not modify them."""
    return tuple(made for made in yaml.safe_load_all(text) if made)


@dataclasses.dataclass(frozen=True)
class Workload:
    """A Deployment, a StatefulSet or a Job; each has one container, and may have others that run before it."""

    made: Object

    @property
    def name(self) -> str:
        return str(self.made["metadata"]["name"])

    @property
    def labels(self) -> Labels:
        """Of its pods."""
        labels: Labels = self.made["spec"]["template"]["metadata"]["labels"]
        return labels

    @property
    def pod(self) -> Object:
        pod: Object = self.made["spec"]["template"]["spec"]
        return pod

    @property
    def container(self) -> Object:
        (container,) = self.pod["containers"]
        return dict(container)

    @property
    def containers(self) -> list[Object]:
        """Those that run before it, too."""
        return [*self.pod.get("initContainers", []), *self.pod["containers"]]

    @property
    def ports(self) -> dict[str, int]:
        """Number by name."""
        return {port["name"]: port["containerPort"] for port in self.container["ports"]}

    @property
    def env(self) -> dict[str, Object]:
        """Entry by variable."""
        return {entry["name"]: entry for entry in self.container.get("env", [])}


@dataclasses.dataclass(frozen=True)
class Manifests:
    """The text of each file by its path from the root of the repository."""

    texts: Mapping[str, str]

    @classmethod
    def read(cls) -> Self:
        paths = [path for folder in FOLDERS for path in sorted((ROOT / "infra" / folder).glob("*.yaml"))]
        paths += [ROOT / "skaffold.yaml", ROOT / "infra/release/production/kustomization.yaml"]
        return cls({str(path.relative_to(ROOT)): path.read_text() for path in paths})

    def broken(self, path: str, old: str, new: str) -> Self:
        """A copy with the first occurrence replaced; AssertionError if there is none."""
        if old not in self.texts[path]:
            raise AssertionError(f"{path} does not contain '{old}'")
        return type(self)({**self.texts, path: self.texts[path].replace(old, new, 1)})

    def objects(self, kind: str = "", folder: str = "") -> list[Object]:
        """All, or those of a kind or folder, in the order in which kubectl applies them."""
        return [made for at, made in self._all if kind in ("", made["kind"]) and folder in ("", at)]

    @cached_property
    def _all(self) -> list[tuple[str, Object]]:
        found = ((path.split("/")[1], text) for path, text in self.texts.items() if path.startswith("infra/k8s"))
        return [(folder, made) for folder, text in found for made in documents(text)]

    @cached_property
    def jobs(self) -> dict[str, Workload]:
        """By name."""
        return {made["metadata"]["name"]: Workload(made) for made in self.objects("Job")}

    @cached_property
    def workloads(self) -> dict[str, Workload]:
        """By name."""
        return {made["metadata"]["name"]: Workload(made) for kind in WORKLOADS for made in self.objects(kind)}

    def of_kind(self, kind: str) -> Iterator[Workload]:
        """Only Deployments, or only StatefulSets."""
        return (workload for workload in self.workloads.values() if workload.made["kind"] == kind)

    def selected(self, selector: Labels) -> list[Workload]:
        """Workloads whose pods match."""
        return [workload for workload in self.workloads.values() if matches(workload.labels, selector)]

    @cached_property
    def services(self) -> dict[str, Object]:
        """By name, without those of other namespaces."""
        return {
            made["metadata"]["name"]: made for made in self.objects("Service") if "namespace" not in made["metadata"]
        }

    @property
    def skaffold(self) -> Object:
        text: Object = yaml.safe_load(self.texts["skaffold.yaml"])
        return text
