"""The network policies of both folders allow the connections that the settings require, and no others."""

from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
from infra.manifests.tests.manifests import Manifests, Object, Workload, matches

ADDRESSES = ("mongodb", "nats", "redis", "http")
# The worker has the settings of its service, but neither publishes nor consumes.
UNUSED = {("expiration-worker", "nats")}
Connection = tuple[str, str, int]  # from, to, port of the pod


def required_connections(manifests: Manifests) -> set[Connection]:
    """From the URLs in each process's environment, the Ingress and the Prometheus annotations."""
    production = {
        made["metadata"]["name"] for kind in ("Deployment", "StatefulSet") for made in manifests.objects(kind, "k8s")
    }
    required = {to for name in production for to in _connects(manifests, manifests.workloads[name])}
    (ingress,) = manifests.objects("Ingress", "k8s-prod")
    for path in ingress["spec"]["rules"][0]["http"]["paths"]:
        required.add(_to_service(manifests, "ingress-nginx", path["backend"]["service"]["name"], None))
    for name in production:
        annotations = manifests.workloads[name].made["spec"]["template"]["metadata"].get("annotations", {})
        if "prometheus.io/port" in annotations:
            required.add(("monitoring", name, int(annotations["prometheus.io/port"])))
    return required | {("payments", "Stripe", 443)}


def _connects(manifests: Manifests, workload: Workload) -> Iterator[Connection]:
    for entry in workload.env.values():
        url = urlsplit(entry.get("value", ""))
        if url.scheme in ADDRESSES and url.hostname and (workload.name, url.hostname) not in UNUSED:
            yield _to_service(manifests, workload.name, url.hostname, url.port)


def _to_service(manifests: Manifests, source: str, name: str, port: int | None) -> Connection:
    """To the pod's port behind a Service's port; KeyError or ValueError if there is none."""
    service = manifests.services[name]["spec"]
    (target,) = (each["targetPort"] for each in service["ports"] if port in (None, each["port"]))
    (workload,) = manifests.selected(service["selector"])
    return source, workload.name, workload.ports[target]


def allowed_connections(manifests: Manifests) -> set[Connection]:
    """Between two of our pods both ends must allow it; otherwise only ours has a policy."""
    policies = manifests.objects("NetworkPolicy")
    ingress = {each for policy in policies for each in _rules(manifests, policy, "ingress", "from")}
    egress = {each for policy in policies for each in _rules(manifests, policy, "egress", "to")}
    ours = manifests.workloads.keys()
    return {each for each in ingress | egress if each in ingress & egress or not {each[0], each[1]} <= ours}


def _rules(manifests: Manifests, policy: Object, direction: str, peers: str) -> Iterator[Connection]:
    for subject in manifests.selected(policy["spec"]["podSelector"]["matchLabels"]):
        for rule in policy["spec"].get(direction, []):
            for peer in (name for each in rule[peers] for name in _names(manifests, each)):
                for port in rule["ports"]:
                    source, target = (peer, subject.name) if direction == "ingress" else (subject.name, peer)
                    yield source, target, _number(manifests, target, port["port"])


def _names(manifests: Manifests, peer: Object) -> list[str]:
    if "ipBlock" in peer:
        return ["Stripe"]
    if "namespaceSelector" in peer:
        namespace = peer["namespaceSelector"]["matchLabels"]["kubernetes.io/metadata.name"]
        return [] if namespace == "kube-system" else [namespace]
    return [workload.name for workload in manifests.selected(peer["podSelector"]["matchLabels"])]


def _number(manifests: Manifests, target: str, port: str | int) -> int:
    return port if isinstance(port, int) else manifests.workloads[target].ports[port]


def test_policies_allow_exactly_the_required_connections(manifests):
    assert allowed_connections(manifests) == required_connections(manifests)


PATH = "infra/k8s-prod/network-policies.yaml"
REDIS = "infra/k8s/redis.yaml"


@pytest.mark.parametrize(
    ("path", "old", "new"),
    [
        (PATH, "              app: redis\n", "              app: cache\n"),
        (PATH, "        - port: mongo\n", "        - port: 27018\n"),
        (
            PATH,
            "              kubernetes.io/metadata.name: monitoring\n",
            "              kubernetes.io/metadata.name: logs\n",
        ),
        (REDIS, "              app: expiration-worker\n", "              app: worker\n"),
        ("infra/k8s/auth.yaml", "@auth-mongo:27017", "@orders-mongo:27017"),
        (
            "infra/k8s/client.yaml",
            "              value: http://tickets:3000",
            "              value: http://payments:3000",
        ),
    ],
)
def test_missing_or_extra_connection_is_detected(path, old, new, manifests):
    broken = manifests.broken(path, old, new)
    assert allowed_connections(broken) != required_connections(broken)


def test_connections_are_denied_by_default(manifests):
    (denied,) = (made for made in manifests.objects("NetworkPolicy") if made["metadata"]["name"] == "default-deny")
    assert denied["spec"].keys() == {"podSelector", "policyTypes"}
    assert set(denied["spec"]["policyTypes"]) == {"Ingress", "Egress"}
    pods = [workload.labels for workload in manifests.workloads.values()]
    assert all(matches(labels, denied["spec"]["podSelector"]["matchLabels"]) for labels in pods)


def test_each_policy_selects_pods(manifests):
    pods = [workload.labels for workload in (manifests.workloads | manifests.jobs).values()]
    selectors = [made["spec"]["podSelector"]["matchLabels"] for made in manifests.objects("NetworkPolicy")]
    assert [selector for selector in selectors if not any(matches(labels, selector) for labels in pods)] == []


def test_servers_are_protected_in_development_too(manifests):
    policies = {made["metadata"]["name"] for made in manifests.objects("NetworkPolicy", "k8s")}
    assert policies == {workload["metadata"]["name"] for workload in manifests.objects("StatefulSet", "k8s")}


def test_job_in_production_reaches_only_the_api_server(manifests):
    (policy,) = (
        made["spec"] for made in manifests.objects("NetworkPolicy") if made["metadata"]["name"] == "credentials"
    )
    assert matches(manifests.jobs["credentials"].labels, policy["podSelector"]["matchLabels"])
    assert ("ingress" in policy, policy["policyTypes"]) == (False, ["Ingress", "Egress"])
    assert [[port["port"] for port in rule["ports"]] for rule in policy["egress"]] == [[443, 6443]]


def test_every_pod_may_use_dns(manifests):
    (dns,) = (made["spec"] for made in manifests.objects("NetworkPolicy") if made["metadata"]["name"] == "allow-dns")
    assert [port["port"] for rule in dns["egress"] for port in rule["ports"]] == [53, 53]
    assert len(manifests.selected(dns["podSelector"]["matchLabels"])) == len(manifests.workloads)
