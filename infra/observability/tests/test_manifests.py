"""`kubectl apply -f infra/observability/k8s` adds everything: valid configurations, few privileges, no dead ends."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from infra.manifests.tests.manifests import ROOT, Manifests, Object
from infra.manifests.tests.test_hardening import unsafe_pods, violations, wrong_resources
from infra.manifests.tests.test_wiring import wrong_mounts, wrong_probes, wrong_scrapes, wrong_selectors
from infra.observability.embed import config_maps
from infra.observability.tests.promtool import promtool

FOLDER = ROOT / "infra" / "observability" / "k8s"
RULES = (unsafe_pods, wrong_resources, wrong_selectors, wrong_mounts, wrong_probes, wrong_scrapes)


@pytest.fixture(scope="module")
def manifests() -> Manifests:
    """Only those of this folder."""
    return Manifests({f"infra/k8s-observability/{path.name}": path.read_text() for path in FOLDER.glob("*.yaml")})


def settings(manifests: Manifests, name: str, key: str) -> str:
    (text,) = (made["data"][key] for made in manifests.objects("ConfigMap") if made["metadata"]["name"] == name)
    return str(text)


def test_rules_and_dashboards_are_those_of_the_repository() -> None:
    assert {path: path.read_text() for path, _ in config_maps()} == dict(config_maps()), (
        "run python infra/observability/embed.py"
    )


def test_kubectl_can_apply_the_folder() -> None:
    """In order of names: the namespace comes first. Annotations, in which kubectl keeps a copy, may have 256 KiB."""
    names = sorted(path.name for path in FOLDER.iterdir())
    assert names[0] == "00-namespace.yaml"
    assert all(name.endswith(".yaml") and name != "kustomization.yaml" for name in names)
    for path in FOLDER.iterdir():
        objects = [made for made in yaml.safe_load_all(path.read_text()) if made]
        assert all(len(json.dumps(made)) < 200_000 for made in objects), path.name


@pytest.mark.parametrize("fault", RULES, ids=lambda rule: rule.__name__)
def test_no_workload_has_the_fault(fault: Any, manifests: Manifests) -> None:
    """Those of infra/manifests/tests. Only Prometheus needs a token, to find pods."""
    expected = ["prometheus: token"] if fault is unsafe_pods else []
    assert [*fault(manifests)] == expected


def test_every_pod_satisfies_the_restricted_standard_and_is_read_only(manifests: Manifests) -> None:
    for workload in manifests.workloads.values():
        assert [*violations(workload.pod)] == [], workload.name
        assert workload.container["securityContext"]["readOnlyRootFilesystem"] is True
        image, _, tag = workload.container["image"].partition(":")
        assert tag not in ("", "latest"), image


def test_prometheus_may_only_find_pods(manifests: Manifests) -> None:
    (role,) = manifests.objects("ClusterRole")
    (binding,) = manifests.objects("ClusterRoleBinding")
    assert role["rules"] == [{"apiGroups": [""], "resources": ["pods"], "verbs": ["get", "list", "watch"]}]
    assert binding["roleRef"]["name"] == role["metadata"]["name"]
    assert manifests.workloads["prometheus"].pod["serviceAccountName"] == binding["subjects"][0]["name"]


def test_configuration_of_prometheus_is_valid(manifests: Manifests, tmp_path: Path) -> None:
    text = settings(manifests, "prometheus-settings", "prometheus.yml")
    (tmp_path / "rules").mkdir()
    for path in (ROOT / "infra" / "observability" / "rules").glob("*.yaml"):
        (tmp_path / "rules" / path.name).write_text(path.read_text())
    config = yaml.safe_load(text.replace("/etc/prometheus", str(tmp_path)))
    for discovering in (*config["alerting"]["alertmanagers"], *config["scrape_configs"]):
        for discovery in discovering.pop("kubernetes_sd_configs", []):  # Debian's build does not know it
            assert discovery["role"] == "pod"
    file = tmp_path / "prometheus.yml"
    file.write_text(yaml.safe_dump(config))
    checked = promtool("check", "config", file)
    assert checked.returncode == 0, checked.stdout + checked.stderr


def test_prometheus_reaches_every_annotated_pod(manifests: Manifests) -> None:
    """The policy has port numbers, because the pods are in another namespace, each with its own names of ports."""
    (policy,) = (
        made["spec"] for made in manifests.objects("NetworkPolicy") if made["metadata"]["name"] == "prometheus"
    )
    allowed = {port["port"] for port in policy["egress"][0]["ports"]}
    scraped = {
        int(annotations["prometheus.io/port"])
        for found in (manifests, Manifests.read())
        for workload in found.workloads.values()
        if "prometheus.io/port" in (annotations := workload.made["spec"]["template"]["metadata"].get("annotations", {}))
    }
    assert allowed == scraped | {9216}, "9216: MongoDB's exporter is asked for each MongoDB"


def test_both_ends_of_each_connection_allow_it(manifests: Manifests) -> None:
    """An egress to one of our own pods needs an ingress there."""
    policies = {
        made["metadata"]["name"]: made["spec"]
        for found in (manifests, Manifests.read())
        for made in found.objects("NetworkPolicy", "k8s" if found is not manifests else "")
    }
    connections = [
        (source, app)
        for source in manifests.workloads
        for rule in policies[source].get("egress", [])
        for app in apps(rule.get("to", []))
    ]
    assert connections
    missing = [
        (source, app)
        for source, app in connections
        if app != "alertmanager"
        and source not in {each for rule in policies[app]["ingress"] for each in apps(rule["from"])}
    ]
    assert missing == []


def apps(peers: list[Object]) -> Iterator[str]:
    labels = (peer["podSelector"]["matchLabels"] for peer in peers if "podSelector" in peer)
    return (label["app"] for label in labels if "app" in label)


def test_secrets_and_users_exist(manifests: Manifests) -> None:
    """The Job of infra/k8s generates each password that an exporter logs in with."""
    (text,) = (
        made["data"]["secrets.json"]
        for made in Manifests.read().objects("ConfigMap", "k8s")
        if "secrets.json" in made.get("data", {})
    )
    used = {
        (entry["valueFrom"]["secretKeyRef"]["name"], entry["valueFrom"]["secretKeyRef"]["key"])
        for workload in manifests.workloads.values()
        for entry in workload.env.values()
        if "valueFrom" in entry
    }
    generated = {(name, key) for name, keys in json.loads(text).items() for key in keys}
    assert used == {
        ("mongo-credentials", "monitor"),
        ("nats-credentials", "exporter"),
        ("redis-credentials", "monitor"),
    }
    assert used <= generated


def test_collector_passes_on_what_it_receives(manifests: Manifests) -> None:
    config = yaml.safe_load(settings(manifests, "otel-collector-settings", "config.yaml"))
    pipeline = config["service"]["pipelines"]["traces"]
    assert {*pipeline["receivers"]} <= config["receivers"].keys()
    assert {*pipeline["exporters"]} <= config["exporters"].keys()
    assert pipeline["processors"] == ["memory_limiter", "batch"]
    assert {*config["service"]["extensions"]} == config["extensions"].keys()
