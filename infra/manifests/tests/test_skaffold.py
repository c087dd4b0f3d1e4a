"""Skaffold, `make images`, the Dockerfiles and the manifests mean the same images."""

import copy
import re
from typing import Any

import pytest
from infra.manifests.reading import ROOT, Manifests, Object

OURS = "ticketing/"
FOLDERS = {"": ["k8s", "k8s-dev"], "emulator": ["k8s", "k8s-dev", "k8s-emulator"]}


def configured(manifests: Manifests, profile: str) -> Object:
    """skaffold.yaml with a profile's patches."""
    config = copy.deepcopy(manifests.skaffold)
    patches = [patch for each in config["profiles"] if each["name"] == profile for patch in each["patches"]]
    for patch in patches:
        *way, last = patch["path"].strip("/").split("/")
        at: Any = config
        for step in way:
            at = at[int(step)] if isinstance(at, list) else at[step]
        if last == "-":
            at.append(patch["value"])
        else:
            assert last in at, f"{patch['path']} is not there to be replaced"
            at[last] = patch["value"]
    return config


def artifacts(manifests: Manifests, profile: str = "") -> dict[str, Object]:
    """By image."""
    return {each["image"]: each for each in configured(manifests, profile)["build"]["artifacts"]}


def images(manifests: Manifests, *folders: str) -> set[str]:
    """Those of ours that the workloads of these folders run."""
    made = [
        each for folder in folders for kind in ("Deployment", "StatefulSet") for each in manifests.objects(kind, folder)
    ]
    found = {each["spec"]["template"]["spec"]["containers"][0]["image"] for each in made}
    return {image for image in found if image.startswith(OURS)}


@pytest.mark.parametrize(("profile", "folders"), FOLDERS.items(), ids=["default", "emulator"])
def test_skaffold_builds_the_images_that_it_deploys(profile, folders, manifests):
    deployed = configured(manifests, profile)["manifests"]["rawYaml"]
    assert deployed == [f"infra/{folder}/*.yaml" for folder in folders]
    assert {f"{image}:dev" for image in artifacts(manifests, profile)} == images(manifests, *folders)


def test_another_name_is_seen(manifests):
    broken = manifests.broken("infra/k8s/auth.yaml", "image: ticketing/auth:dev", "image: ticketing/users:dev")
    assert {f"{image}:dev" for image in artifacts(broken)} != images(broken, "k8s")


def test_make_images_builds_the_images_of_the_manifests(manifests):
    names = re.search(r"ONLY=\$\{ONLY:-(.*)\}", (ROOT / "infra/images/build").read_text())
    assert names is not None
    assert {f"{OURS}{name}:dev" for name in names[1].split()} == images(manifests, "k8s", "k8s-emulator")


@pytest.mark.parametrize(("profile", "target"), [("", "dev"), ("emulator", "dev"), ("prod", "runtime")])
def test_each_image_has_a_dockerfile_with_the_target(profile, target, manifests):
    for artifact in artifacts(manifests, profile).values():
        assert artifact["docker"]["target"] == target
        assert f" AS {target}\n" in (ROOT / artifact["docker"]["dockerfile"]).read_text()


def test_skaffold_copies_code_to_where_the_image_has_it(manifests):
    for artifact in artifacts(manifests).values():
        dockerfile = (ROOT / artifact["docker"]["dockerfile"]).read_text()
        for rule in artifact["sync"]["manual"]:
            source, destination = rule["strip"].split("/")[0], rule["dest"]
            folder = destination.removesuffix("/src")
            assert [*ROOT.glob(rule["src"])] != []
            assert f"COPY --chown=10001:10001 {source} {folder}\n" in dockerfile


def test_production_is_rendered_from_the_base_of_releases(manifests):
    (path,) = configured(manifests, "prod")["manifests"]["kustomize"]["paths"]
    assert f"{path}/kustomization.yaml" in manifests.texts
    assert "rawYaml" not in configured(manifests, "prod")["manifests"]


def test_a_first_deploy_is_waited_for(manifests):
    deploy = manifests.skaffold["deploy"]
    assert (deploy["statusCheckDeadlineSeconds"], deploy["tolerateFailuresUntilDeadline"]) == (900, True)


def test_a_container_listens_where_its_image_does_as_the_user_of_its_image(manifests):
    for image in images(manifests, "k8s", "k8s-emulator"):
        path = artifacts(manifests, "emulator")[image.removesuffix(":dev")]["docker"]["dockerfile"]
        said = (ROOT / path).read_text()
        for workload in manifests.workloads.values():
            if workload.container["image"] == image and "http" in workload.ports:
                assert f"EXPOSE {workload.ports['http']}\n" in said
                assert f"USER {workload.pod['securityContext']['runAsUser']}:" in said


def test_no_image_moves_under_a_running_cluster(manifests):
    for workload in manifests.workloads.values():
        name, _, tag = workload.container["image"].partition(":")
        assert (tag in ("", "latest"), workload.container["imagePullPolicy"]) == (False, "IfNotPresent"), name


def test_an_idle_connection_outlives_the_ingress_controllers_patience():
    """ingress-nginx keeps one for 60 s, and sends no POST twice when the other side has just closed it."""
    for service in ("auth", "tickets", "orders", "payments", "expiration"):
        commands = re.findall(r"^CMD .*uvicorn.*$", (ROOT / service / "Dockerfile").read_text(), re.MULTILINE)
        assert ['"--timeout-keep-alive", "75"' in command for command in commands] == [True, True]


def test_so_does_the_pages(manifests):
    assert int(manifests.workloads["client"].env["KEEP_ALIVE_TIMEOUT"]["value"]) > 60_000
