"""Production's NetworkPolicies let through what the processes' settings name, and nothing else."""

from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
from infra.manifests.tests.manifests import Manifests, Object, Workload, find

ADDRESSES = ("mongodb", "nats", "redis", "http")
# Every process must be told of NATS; these two say and hear no events, and were never seen to connect.
UNUSED = {("auth", "nats"), ("expiration-worker", "nats")}
Way = tuple[str, str, int]  # who asks whom, at which port of the pod


def ways_needed(manifests: Manifests) -> set[Way]:
    """From the addresses in each process's environment, the Ingress and the annotations for Prometheus."""
    production = {
        made["metadata"]["name"] for kind in ("Deployment", "StatefulSet") for made in manifests.objects(kind, "k8s")
    }
    needed = {way for name in production for way in _asks(manifests, manifests.workloads[name])}
    (ingress,) = manifests.objects("Ingress", "k8s-prod")
    for path in ingress["spec"]["rules"][0]["http"]["paths"]:
        needed.add(_to_service(manifests, "ingress-nginx", path["backend"]["service"]["name"], None))
    for name in production:
        said = manifests.workloads[name].made["spec"]["template"]["metadata"].get("annotations", {})
        if "prometheus.io/port" in said:
            needed.add(("monitoring", name, int(said["prometheus.io/port"])))
    return needed | {("payments", "Stripe", 443)}


def _asks(manifests: Manifests, workload: Workload) -> Iterator[Way]:
    for entry in workload.env.values():
        url = urlsplit(entry.get("value", ""))
        if url.scheme in ADDRESSES and url.hostname and (workload.name, url.hostname) not in UNUSED:
            yield _to_service(manifests, workload.name, url.hostname, url.port)


def _to_service(manifests: Manifests, who: str, name: str, port: int | None) -> Way:
    """The pod's port behind a Service's port; KeyError and ValueError when there is none."""
    service = manifests.services[name]["spec"]
    (target,) = (each["targetPort"] for each in service["ports"] if port in (None, each["port"]))
    (workload,) = manifests.selected(service["selector"])
    return who, workload.name, workload.ports[target]


def ways_open(manifests: Manifests) -> set[Way]:
    """Between two of our pods both ends have to agree; with the rest of the world, ours."""
    policies = manifests.objects("NetworkPolicy")
    into = {way for policy in policies for way in _rules(manifests, policy, "ingress", "from")}
    out = {way for policy in policies for way in _rules(manifests, policy, "egress", "to")}
    ours = manifests.workloads.keys()
    return {way for way in into | out if way in into & out or not {way[0], way[1]} <= ours}


def _rules(manifests: Manifests, policy: Object, direction: str, peers: str) -> Iterator[Way]:
    for subject in manifests.selected(policy["spec"]["podSelector"]["matchLabels"]):
        for rule in policy["spec"].get(direction, []):
            for peer in (name for each in rule[peers] for name in _names(manifests, each)):
                for port in rule["ports"]:
                    who, whom = (peer, subject.name) if direction == "ingress" else (subject.name, peer)
                    yield who, whom, _number(manifests, whom, port["port"])


def _names(manifests: Manifests, peer: Object) -> list[str]:
    if "ipBlock" in peer:
        return ["Stripe"]
    if "namespaceSelector" in peer:
        namespace = peer["namespaceSelector"]["matchLabels"]["kubernetes.io/metadata.name"]
        return [] if namespace == "kube-system" else [namespace]
    return [workload.name for workload in manifests.selected(peer["podSelector"]["matchLabels"])]


def _number(manifests: Manifests, whom: str, port: str | int) -> int:
    return port if isinstance(port, int) else manifests.workloads[whom].ports[port]


def test_what_the_code_needs_is_open_and_nothing_else(manifests):
    assert ways_open(manifests) == ways_needed(manifests)


PATH = "infra/k8s-prod/network-policies.yaml"


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
        ("infra/k8s/auth.yaml", "mongodb://auth-mongo:27017", "mongodb://orders-mongo:27017"),
        (
            "infra/k8s/client.yaml",
            "              value: http://tickets:3000",
            "              value: http://payments:3000",
        ),
    ],
)
def test_a_way_too_few_or_too_many_is_seen(path, old, new, manifests):
    broken = manifests.broken(path, old, new)
    assert ways_open(broken) != ways_needed(broken)


def test_nobody_talks_unless_a_policy_says_so(manifests):
    (closed,) = (made for made in manifests.objects("NetworkPolicy") if made["metadata"]["name"] == "nobody-talks")
    assert closed["spec"].keys() == {"podSelector", "policyTypes"}
    assert set(closed["spec"]["policyTypes"]) == {"Ingress", "Egress"}
    pods = [workload.labels for workload in manifests.workloads.values()]
    assert all(find(labels, closed["spec"]["podSelector"]["matchLabels"]) for labels in pods)


def test_each_policy_selects_pods(manifests):
    policies = manifests.objects("NetworkPolicy")
    assert [made for made in policies if not manifests.selected(made["spec"]["podSelector"]["matchLabels"])] == []


def test_everybody_may_ask_for_names(manifests):
    (names,) = (
        made["spec"] for made in manifests.objects("NetworkPolicy") if made["metadata"]["name"] == "all-ask-dns"
    )
    assert [port["port"] for rule in names["egress"] for port in rule["ports"]] == [53, 53]
    assert len(manifests.selected(names["podSelector"]["matchLabels"])) == len(manifests.workloads)
