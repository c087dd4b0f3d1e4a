"""Skaffold, `make images`, the Dockerfiles and the manifests agree on the images."""

import copy
import re
from typing import Any

import pytest
from infra.manifests.tests.manifests import ROOT, Manifests, Object

PREFIX = "ticketing/"
FOLDERS = {"": ["k8s", "k8s-dev"], "emulator": ["k8s", "k8s-dev", "k8s-emulator"]}


def configured(manifests: Manifests, profile: str) -> Object:
    """skaffold.yaml with the patches of a profile applied."""
    config = copy.deepcopy(manifests.skaffold)
    patches = [patch for each in config["profiles"] if each["name"] == profile for patch in each["patches"]]
    for patch in patches:
        *parents, last = patch["path"].strip("/").split("/")
        at: Any = config
        for key in parents:
            at = at[int(key)] if isinstance(at, list) else at[key]
        if last == "-":
            at.append(patch["value"])
        else:
            assert last in at, f"{patch['path']} does not exist and cannot be replaced"
            at[last] = patch["value"]
    return config


def artifacts(manifests: Manifests, profile: str = "") -> dict[str, Object]:
    """By image."""
    return {each["image"]: each for each in configured(manifests, profile)["build"]["artifacts"]}


def dockerfile(artifact: Object) -> str:
    """Its text, with the build argument filled in."""
    text = (ROOT / artifact["docker"]["dockerfile"]).read_text()
    return text.replace("${SERVICE}", artifact["docker"].get("buildArgs", {}).get("SERVICE", ""))


def images(manifests: Manifests, *folders: str) -> set[str]:
    """Those that this repository builds, of the workloads in these folders."""
    made = [
        each for folder in folders for kind in ("Deployment", "StatefulSet") for each in manifests.objects(kind, folder)
    ]
    found = {each["spec"]["template"]["spec"]["containers"][0]["image"] for each in made}
    return {image for image in found if image.startswith(PREFIX)}


@pytest.mark.parametrize(("profile", "folders"), FOLDERS.items(), ids=["default", "emulator"])
def test_skaffold_builds_the_images_it_deploys(profile, folders, manifests):
    deployed = configured(manifests, profile)["manifests"]["rawYaml"]
    assert deployed == [f"infra/{folder}/*.yaml" for folder in folders]
    assert {f"{image}:dev" for image in artifacts(manifests, profile)} == images(manifests, *folders)


def test_renamed_image_is_detected(manifests):
    broken = manifests.broken("infra/k8s/auth.yaml", "image: ticketing/auth:dev", "image: ticketing/users:dev")
    assert {f"{image}:dev" for image in artifacts(broken)} != images(broken, "k8s")


def test_make_images_builds_every_image_of_the_manifests(manifests):
    names = re.search(r'^all="(.*)"$', (ROOT / "infra/images/build").read_text(), re.MULTILINE)
    assert names is not None
    built = {f"{PREFIX}{name}:dev" for name in names[1].split()}
    # The exporter is added by infra/observability.
    assert built == {*images(manifests, "k8s", "k8s-emulator"), f"{PREFIX}operations:dev"}


@pytest.mark.parametrize(("profile", "target"), [("", "dev"), ("emulator", "dev"), ("prod", "runtime")])
def test_skaffold_builds_the_target_of_the_profile(profile, target, manifests):
    for artifact in artifacts(manifests, profile).values():
        assert artifact["docker"]["target"] == target
        assert f" AS {target}\n" in dockerfile(artifact)


def test_skaffold_builds_each_service_from_its_own_code(manifests):
    built = {image: each["docker"].get("buildArgs", {}).get("SERVICE") for image, each in artifacts(manifests).items()}
    services = {f"{PREFIX}{name}": name for name in ("auth", "tickets", "orders", "payments", "expiration")}
    assert built == {**services, f"{PREFIX}client": None}


def test_skaffold_syncs_code_to_its_place_in_the_image(manifests):
    for artifact in artifacts(manifests).values():
        for rule in artifact["sync"]["manual"]:
            source, destination = rule["strip"].split("/")[0], rule["dest"]
            folder = destination.removesuffix("/src")
            assert [*ROOT.glob(rule["src"])] != []
            assert f"COPY --chown=10001:10001 {source} {folder}\n" in dockerfile(artifact)


def test_prod_profile_renders_the_base_of_releases(manifests):
    (path,) = configured(manifests, "prod")["manifests"]["kustomize"]["paths"]
    assert f"{path}/kustomization.yaml" in manifests.texts
    assert "rawYaml" not in configured(manifests, "prod")["manifests"]


def test_skaffold_waits_for_a_slow_first_deployment(manifests):
    deploy = manifests.skaffold["deploy"]
    assert (deploy["statusCheckDeadlineSeconds"], deploy["tolerateFailuresUntilDeadline"]) == (900, True)


def test_container_has_the_port_and_user_of_its_image(manifests):
    for image in images(manifests, "k8s", "k8s-emulator"):
        text = dockerfile(artifacts(manifests, "emulator")[image.removesuffix(":dev")])
        for workload in manifests.workloads.values():
            if workload.container["image"] == image and "http" in workload.ports:
                assert f"EXPOSE {workload.ports['http']}\n" in text
                assert f"USER {workload.pod['securityContext']['runAsUser']}:" in text


def test_images_have_fixed_tags(manifests):
    for workload in manifests.workloads.values():
        name, _, tag = workload.container["image"].partition(":")
        assert (tag in ("", "latest"), workload.container["imagePullPolicy"]) == (False, "IfNotPresent"), name


def test_client_keeps_idle_connections_longer_than_the_ingress(manifests):
    """ingress-nginx keeps them for 60 s. Of the services, infra/images/tests checks it."""
    assert int(manifests.workloads["client"].env["KEEP_ALIVE_TIMEOUT"]["value"]) > 60_000
