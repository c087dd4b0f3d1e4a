"""References between objects resolve. A selector that matches nothing is valid YAML and fails silently."""

from collections.abc import Iterator
from typing import Any

import pytest
from infra.manifests.tests.manifests import Manifests, Object


def name(made: Object) -> str:
    return f"{made['kind']} {made['metadata']['name']}"


def wrong_selectors(manifests: Manifests) -> Iterator[str]:
    """Of workloads, and of their topology spread constraints."""
    for workload in manifests.workloads.values():
        selectors = [workload.made["spec"]["selector"]["matchLabels"]]
        selectors += [
            each["labelSelector"]["matchLabels"] for each in workload.pod.get("topologySpreadConstraints", [])
        ]
        yield from (workload.name for selector in selectors if manifests.selected(selector) != [workload])


def wrong_services(manifests: Manifests) -> Iterator[str]:
    for service in manifests.services.values():
        found = manifests.selected(service["spec"]["selector"])
        targets = {port["targetPort"] for port in service["spec"]["ports"]}
        if [workload.name for workload in found] != [service["metadata"]["name"]] or targets - found[0].ports.keys():
            yield name(service)


def wrong_backends(manifests: Manifests) -> Iterator[str]:
    for ingress in manifests.objects("Ingress"):
        for rule in ingress["spec"]["rules"]:
            for path in rule["http"]["paths"]:
                backend = path["backend"]["service"]
                service = manifests.services.get(backend["name"], {"spec": {"ports": []}})
                if backend["port"]["name"] not in {port["name"] for port in service["spec"]["ports"]}:
                    yield path["path"]


def wrong_governing_services(manifests: Manifests) -> Iterator[str]:
    for workload in manifests.of_kind("StatefulSet"):
        service = manifests.services.get(workload.made["spec"]["serviceName"])
        if service is None or service["spec"]["selector"].items() - workload.labels.items():
            yield workload.name


def wrong_probes(manifests: Manifests) -> Iterator[str]:
    for workload in manifests.workloads.values():
        for kind in ("startupProbe", "readinessProbe", "livenessProbe"):
            probe: dict[str, Any] = workload.container[kind]
            target = probe.get("httpGet") or probe.get("tcpSocket") or {}
            if target and target["port"] not in workload.ports:
                yield f"{workload.name} {kind}"


def wrong_scrapes(manifests: Manifests) -> Iterator[str]:
    for workload in manifests.workloads.values():
        annotations = workload.made["spec"]["template"]["metadata"].get("annotations", {})
        if (
            annotations.get("prometheus.io/scrape")
            and int(annotations["prometheus.io/port"]) not in workload.ports.values()
        ):
            yield workload.name


def wrong_mounts(manifests: Manifests) -> Iterator[str]:
    for workload in manifests.workloads.values():
        volumes = {volume["name"] for volume in workload.pod.get("volumes", [])}
        volumes |= {claim["metadata"]["name"] for claim in workload.made["spec"].get("volumeClaimTemplates", [])}
        mounted = {mount["name"] for each in workload.containers for mount in each.get("volumeMounts", [])}
        if mounted != volumes:
            yield workload.name


def wrong_targets(manifests: Manifests) -> Iterator[str]:
    """Of autoscalers and disruption budgets."""
    deployments = {workload.name for workload in manifests.of_kind("Deployment")}
    for scaler in manifests.objects("HorizontalPodAutoscaler"):
        if scaler["spec"]["scaleTargetRef"]["name"] not in deployments:
            yield name(scaler)
    for budget in manifests.objects("PodDisruptionBudget"):
        found = manifests.selected(budget["spec"]["selector"]["matchLabels"])
        if [workload.name for workload in found] != [budget["metadata"]["name"]]:
            yield name(budget)


BREAKING = {
    wrong_selectors: ("infra/k8s/auth.yaml", "    matchLabels:\n      app: auth", "    matchLabels:\n      app: oauth"),
    wrong_services: ("infra/k8s/nats.yaml", "targetPort: client", "targetPort: clients"),
    wrong_backends: ("infra/k8s-dev/ingress.yaml", "name: tickets", "name: ticket"),
    wrong_governing_services: ("infra/k8s/redis.yaml", "serviceName: redis", "serviceName: cache"),
    wrong_probes: ("infra/k8s/expiration-worker.yaml", "port: metrics", "port: http"),
    wrong_scrapes: ("infra/k8s/orders.yaml", 'prometheus.io/port: "3000"', 'prometheus.io/port: "8000"'),
    wrong_mounts: (
        "infra/k8s/client.yaml",
        "- name: settings\n              mountPath",
        "- name: set\n              mountPath",
    ),
    wrong_targets: ("infra/k8s-prod/disruption-budgets.yaml", "      app: orders", "      app: order"),
}


@pytest.mark.parametrize("wrong", BREAKING, ids=lambda rule: rule.__name__)
def test_references_resolve(wrong, manifests):
    assert [*wrong(manifests)] == []


@pytest.mark.parametrize("wrong", BREAKING, ids=lambda rule: rule.__name__)
def test_wrong_reference_is_detected(wrong, manifests):
    assert [*wrong(manifests.broken(*BREAKING[wrong]))] != []
