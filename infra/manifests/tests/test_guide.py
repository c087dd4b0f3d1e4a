"""The Kubernetes guide agrees with the manifests."""

import re

import pytest
from infra.manifests.tests.manifests import ROOT, Workload

GUIDE = (ROOT / "docs/kubernetes/README.md").read_text()
NUMBERS = {"fourteen": 14, "fifteen": 15}


def test_guide_counts_the_applied_objects(manifests):
    found = re.search(r"lists (\d+) objects.*?adds (\d+)\.", GUIDE, re.DOTALL)
    assert found is not None
    applied = len(manifests.objects(folder="k8s")) + len(manifests.objects(folder="k8s-dev"))
    assert [int(number) for number in found.groups()] == [applied, len(manifests.objects(folder="k8s-emulator"))]


@pytest.mark.parametrize(("folder", "position"), [("k8s", 0), ("k8s-dev", -1)])
def test_guide_names_the_first_and_last_object(folder, position, manifests):
    made = manifests.objects(folder=folder)[position]
    group = made["apiVersion"].split("/")[0]
    assert f"`{made['kind'].lower()}.{group}/{made['metadata']['name']} created`" in GUIDE


def test_guide_counts_the_pods(manifests):
    found = re.search(r"shows (\w+) pods \((\w+) with the emulator\)", GUIDE)
    assert found is not None
    pods = [
        len(manifests.objects("Deployment", folder) + manifests.objects("StatefulSet", folder))
        for folder in ("k8s", "k8s-emulator")
    ]
    assert [NUMBERS[number] for number in found.groups()] == [pods[0], sum(pods)]


def test_guide_loads_every_image_of_the_manifests(manifests):
    found = re.search(r"for name in (.*); do minikube image load", GUIDE)
    assert found is not None
    images = {Workload(made).container["image"] for made in manifests.objects("Deployment", "k8s")}
    assert {f"ticketing/{name}:dev" for name in found[1].split()} == images
