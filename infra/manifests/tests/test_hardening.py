"""Each workload starts unattended, stops gracefully and runs with few privileges."""

import re
from collections.abc import Iterator

import pytest
from infra.manifests.tests.manifests import ROOT, Manifests, Object

from ticketing_common.web.request_body import MAX_BODY_BYTES

MEMORY = {"Mi": 1, "Gi": 1024}


def mebibytes(quantity: str) -> int:
    return int(quantity[:-2]) * MEMORY[quantity[-2:]]


def unsafe_pods(manifests: Manifests) -> Iterator[str]:
    """Injected variables such as X_PORT=tcp://… break settings; only Jobs need a token, and none needs privileges."""
    for workload in (*manifests.workloads.values(), *manifests.jobs.values()):
        pod = workload.pod
        identity = pod["securityContext"]
        if pod["enableServiceLinks"] is not False:
            yield f"{workload.name}: links"
        if pod["automountServiceAccountToken"] is not (workload.name in manifests.jobs):
            yield f"{workload.name}: token"
        if (
            identity["runAsNonRoot"] is not True
            or identity["runAsUser"] < 1
            or identity["runAsUser"] != identity["runAsGroup"]
        ):
            yield f"{workload.name}: user"
        for inside in (container["securityContext"] for container in workload.containers):
            if identity["seccompProfile"] != {"type": "RuntimeDefault"} or inside["capabilities"] != {"drop": ["ALL"]}:
                yield f"{workload.name}: kernel"
            if inside["allowPrivilegeEscalation"] is not False:
                yield f"{workload.name}: escalation"


def wrong_resources(manifests: Manifests) -> Iterator[str]:
    """Requests, a memory limit above them, no CPU limit."""
    found = (*manifests.workloads.values(), *manifests.jobs.values())
    for workload, container in ((each, container) for each in found for container in each.containers):
        resources = container["resources"]
        requested, limits = resources["requests"], resources["limits"]
        if (requested.keys(), limits.keys()) != ({"cpu", "memory"}, {"memory"}):
            yield f"{workload.name}: kinds"
        if mebibytes(limits["memory"]) < 2 * mebibytes(requested["memory"]):
            yield workload.name


def hasty_probes(manifests: Manifests) -> Iterator[str]:
    """Two minutes to start; liveness does not depend on other processes."""
    for workload in manifests.of_kind("Deployment"):
        start = workload.container["startupProbe"]
        if start["periodSeconds"] * start["failureThreshold"] < 120:
            yield f"{workload.name}: start"
        if "ready" in str(workload.container["livenessProbe"]):
            yield f"{workload.name}: liveness"
        if "http" in workload.ports and workload.name != "client":
            paths = [workload.container[kind]["httpGet"]["path"] for kind in ("startupProbe", "readinessProbe")]
            if paths != ["/healthz/live", "/healthz/ready"]:
                yield f"{workload.name}: paths"


def hasty_stops(manifests: Manifests) -> Iterator[str]:
    """Five seconds until traffic stops, three for requests in flight, ten for background tasks."""
    for workload in manifests.of_kind("Deployment"):
        if workload.container["lifecycle"]["preStop"] != {"exec": {"command": ["sleep", "5"]}}:
            yield f"{workload.name}: preStop"
        if workload.pod["terminationGracePeriodSeconds"] < 5 + 3 + 10:
            yield f"{workload.name}: grace"
        if workload.made["spec"]["progressDeadlineSeconds"] != 900:
            yield f"{workload.name}: deadline"


def wrong_replicas(manifests: Manifests) -> Iterator[str]:
    """One of each database; `kubectl apply` does not reset the number of the others."""
    for workload in manifests.of_kind("StatefulSet"):
        if workload.made["spec"]["replicas"] != 1:
            yield workload.name
    for workload in manifests.of_kind("Deployment"):
        claims = [
            volume for volume in workload.pod["volumes"] if "persistentVolumeClaim" in volume or "hostPath" in volume
        ]
        strategy = workload.made["spec"]["strategy"]["rollingUpdate"]
        if "replicas" in workload.made["spec"] or claims or strategy != {"maxSurge": 1, "maxUnavailable": 0}:
            yield workload.name


def unwritable_data(manifests: Manifests) -> Iterator[str]:
    """A new volume belongs to root, so fsGroup must make it writable; the root file system is read-only."""
    for workload in manifests.of_kind("StatefulSet"):
        identity = workload.pod["securityContext"]
        if (
            identity["fsGroup"] != identity["runAsUser"]
            or not workload.container["securityContext"]["readOnlyRootFilesystem"]
        ):
            yield workload.name


BREAKING = {
    unsafe_pods: ("infra/k8s/auth.yaml", "enableServiceLinks: false", "enableServiceLinks: true"),
    wrong_resources: ("infra/k8s/nats.yaml", "memory: 512Mi", "memory: 64Mi"),
    hasty_probes: ("infra/k8s/tickets.yaml", "failureThreshold: 60", "failureThreshold: 3"),
    hasty_stops: ("infra/k8s/client.yaml", '["sleep", "5"]', '["sleep", "1"]'),
    wrong_replicas: ("infra/k8s/orders.yaml", "  revisionHistoryLimit: 3", "  replicas: 1"),
    unwritable_data: ("infra/k8s/redis.yaml", "fsGroup: 999", "fsGroup: 1000"),
}


@pytest.mark.parametrize("fault", BREAKING, ids=lambda rule: rule.__name__)
def test_no_workload_has_the_fault(fault, manifests):
    assert [*fault(manifests)] == []


@pytest.mark.parametrize("fault", BREAKING, ids=lambda rule: rule.__name__)
def test_fault_is_detected(fault, manifests):
    assert [*fault(manifests.broken(*BREAKING[fault]))] != []


HOST = ("hostNetwork", "hostPID", "hostIPC")
RESTRICTED_VOLUMES = {"configMap", "emptyDir", "projected", "secret", "persistentVolumeClaim"}


def violations(pod: Object) -> Iterator[str]:
    """Of the Pod Security Standard "restricted" (Kubernetes' documentation), with which production is labelled."""
    identity = pod["securityContext"]
    yield from (field for field in HOST if pod.get(field))
    if identity.get("sysctls") or identity["runAsNonRoot"] is not True or identity["runAsUser"] == 0:
        yield "pod"
    yield from (str(volume) for volume in pod.get("volumes", []) if not volume.keys() - {"name"} <= RESTRICTED_VOLUMES)
    for container in (*pod.get("initContainers", []), *pod["containers"]):
        inside = {**identity, **container["securityContext"]}
        privileges = (inside["allowPrivilegeEscalation"], inside.get("privileged", False), inside.get("procMount"))
        if privileges != (False, False, None) or inside["seccompProfile"]["type"] != "RuntimeDefault":
            yield container["name"]
        if inside["capabilities"] != {"drop": ["ALL"]} or any(
            "hostPort" in port for port in container.get("ports", [])
        ):
            yield container["name"]


def test_every_pod_satisfies_the_restricted_standard(manifests):
    pods = {name: found.pod for name, found in (manifests.workloads | manifests.jobs).items()}
    assert {name: [*violations(pod)] for name, pod in pods.items() if [*violations(pod)]} == {}
    assert [*violations({**pods["auth"], "hostNetwork": True})] == ["hostNetwork"]
    assert [*violations({**pods["redis"], "volumes": [{"name": "host", "hostPath": {"path": "/"}}]})] != []


@pytest.mark.parametrize("folder", ["k8s", "k8s-dev", "k8s-prod", "k8s-emulator"])
def test_kubectl_can_apply_a_folder(folder):
    """It rejects a kustomization.yaml and ignores subdirectories."""
    inside = [path.name for path in (ROOT / "infra" / folder).iterdir()]
    assert [name for name in inside if not name.endswith(".yaml") and name != "README.md"] == []
    assert "kustomization.yaml" not in inside


def test_production_includes_every_file_of_both_folders():
    listed = (ROOT / "infra/release/production/kustomization.yaml").read_text()
    paths = [path for folder in ("k8s", "k8s-prod") for path in (ROOT / "infra" / folder).glob("*.yaml")]
    assert [path.name for path in paths if f"  - ../../{path.parent.name}/{path.name}\n" not in listed] == []


def test_each_http_service_has_two_replicas_in_production(manifests):
    budgets = {made["metadata"]["name"] for made in manifests.objects("PodDisruptionBudget")}
    scalers = {made["metadata"]["name"]: made["spec"] for made in manifests.objects("HorizontalPodAutoscaler")}
    deployments = {workload.name for workload in manifests.of_kind("Deployment")} - {"expiration-worker"}
    assert budgets == scalers.keys() == deployments
    assert all(2 <= each["minReplicas"] < each["maxReplicas"] for each in scalers.values())


def test_autoscalers_have_the_documented_thresholds(manifests):
    cores = {}
    for scaler in manifests.objects("HorizontalPodAutoscaler"):
        (metric,) = scaler["spec"]["metrics"]
        container = manifests.workloads[scaler["metadata"]["name"]].container
        requested = int(container["resources"]["requests"]["cpu"].removesuffix("m"))
        cores[scaler["metadata"]["name"]] = metric["resource"]["target"]["averageUtilization"] * requested / 100_000
    assert cores.pop("expiration") == 0.3
    assert set(cores.values()) == {0.6}


@pytest.mark.parametrize("folder", ["k8s-dev", "k8s-prod"])
def test_ingress_passes_on_no_larger_body_than_the_services_read(folder, manifests):
    [ingress] = manifests.objects("Ingress", folder)
    size = ingress["metadata"]["annotations"]["nginx.ingress.kubernetes.io/proxy-body-size"]
    assert size == f"{MAX_BODY_BYTES // 1024}k"


def test_controller_cuts_slow_clients_and_closes_idle_connections_before_the_services_do(manifests):
    maps = {made["metadata"]["name"]: made["data"] for made in manifests.objects("ConfigMap", "k8s-prod")}
    controller = maps["ingress-nginx-controller"]
    assert int(controller["client-header-timeout"]) == int(controller["client-body-timeout"]) == 10
    assert int(controller["keep-alive"]) <= 75
    keep_alive = re.findall(r'"--timeout-keep-alive", "(\d+)"', (ROOT / "infra/images/Dockerfile").read_text())
    assert int(controller["upstream-keepalive-timeout"]) < min(int(seconds) for seconds in keep_alive)
    assert controller["use-forwarded-headers"] == "false"
    namespace, name = controller["add-headers"].split("/")
    assert (namespace, name in maps) == ("ingress-nginx", True)
