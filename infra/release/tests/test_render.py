"""infra/release/render.sh: the manifests of a release."""

import os
import re
import shutil
import subprocess
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).parents[3]
GIVEN = {"REGISTRY": "registry.example.net/shop", "HOST": "tickets.example.org", "TAG": "0a1b2c3"}


def rendered(*overlay: str, **changes: str) -> subprocess.CompletedProcess[str]:
    script = ROOT / "infra" / "release" / "render.sh"
    environment = {**os.environ, **GIVEN, **changes}
    return subprocess.run([script, *overlay], env=environment, capture_output=True, text=True, check=False)


def needs_kubectl() -> None:
    if not shutil.which("kubectl"):
        pytest.skip("kubectl is not installed; CI has it")


@pytest.fixture(scope="module")
def release() -> list[dict[str, Any]]:
    """Every object of a rendered release."""
    needs_kubectl()
    done = rendered()
    assert done.returncode == 0, done.stderr
    return [*yaml.safe_load_all(done.stdout)]


def test_release_has_every_object_of_both_folders(release: list[dict[str, Any]]) -> None:
    paths = [*(ROOT / "infra/k8s").glob("*.yaml"), *(ROOT / "infra/k8s-prod").glob("*.yaml")]
    objects = [obj for path in paths for obj in yaml.safe_load_all(path.read_text()) if obj]

    def names(listed: list[dict[str, Any]]) -> Counter[tuple[str, str]]:
        return Counter((obj["kind"], obj["metadata"]["name"]) for obj in listed)

    assert names(release) == names(objects)


def test_release_tags_only_our_images_with_the_commit(release: list[dict[str, Any]]) -> None:
    images = set(re.findall(r"image: (\S+)", yaml.safe_dump(release)))
    ours = {image for image in images if "ticketing" in image}
    assert ours == {
        f"registry.example.net/shop/ticketing/{name}:0a1b2c3"
        for name in ("auth", "tickets", "orders", "payments", "expiration", "client")
    }
    assert {image.partition(":")[0] for image in images - ours} == {"mongo", "nats", "redis", "python"}


def test_release_has_the_real_host_everywhere(release: list[dict[str, Any]]) -> None:
    (ingress,) = (obj["spec"] for obj in release if obj["kind"] == "Ingress")
    assert [rule["host"] for rule in ingress["rules"]] == ["tickets.example.org"]
    assert [tls["hosts"] for tls in ingress["tls"]] == [["tickets.example.org"]]
    assert "example.com" not in yaml.safe_dump(release)


def test_release_requires_long_keys_and_passwords(release: list[dict[str, Any]]) -> None:
    deployments = [obj for obj in release if obj["kind"] == "Deployment"]
    given: dict[str, dict[str, str | None]] = {}
    for obj in deployments:
        (container,) = obj["spec"]["template"]["spec"]["containers"]
        given[obj["metadata"]["name"]] = {entry["name"]: entry.get("value") for entry in container["env"]}
    with_sessions = {name for name, variables in given.items() if "JWT_SECRET" in variables}
    assert {name for name, variables in given.items() if variables.get("JWT_SECRET_MIN_BYTES") == "32"} == with_sessions
    assert [name for name, variables in given.items() if variables.get("PASSWORD_MIN_LENGTH") == "8"] == ["auth"]


@pytest.mark.parametrize(
    ("name", "value"), [("TAG", ""), ("REGISTRY", "Registry of ours"), ("HOST", "localhost"), ("HOST", "a.b/c")]
)
def test_missing_or_invalid_value_is_named_and_nothing_printed(name: str, value: str) -> None:
    done = rendered(**{name: value})
    assert (done.returncode, done.stdout) == (1, "")
    assert name in done.stderr


def test_every_overlay_includes_the_files_of_its_folders() -> None:
    included = {"observability": ["observability/k8s"], "production": ["k8s", "k8s-prod"]}
    for overlay, folders in included.items():
        listed = yaml.safe_load((ROOT / "infra/release" / overlay / "kustomization.yaml").read_text())["resources"]
        paths = [path for folder in folders for path in sorted((ROOT / "infra" / folder).glob("*.yaml"))]
        assert listed == [f"../../{path.relative_to(ROOT / 'infra')}" for path in paths]


def test_published_overlay_has_digests_and_the_address_of_the_repository(tmp_path: Path) -> None:
    needs_kubectl()
    (tmp_path / "images.txt").write_text(f"operations ghcr.io/o/r/operations@sha256:{'0a' * 32}\n")
    given = {"TAG": "", "REGISTRY": "", "IMAGES": str(tmp_path / "images.txt"), "REPOSITORY": "https://github.com/o/r"}
    done = rendered("observability", **given)
    assert done.returncode == 0, done.stderr
    assert f"image: ghcr.io/o/r/operations@sha256:{'0a' * 32}\n" in done.stdout
    assert "https://github.com/o/r/blob/main/docs/runbook.md" in done.stdout
    assert "OWNER" not in done.stdout


@pytest.mark.parametrize("line", ["auth ghcr.io/o/r/auth@sha256:0a", "auth ghcr.io/o/r/auth:v1", ""])
def test_image_without_digest_is_named_and_nothing_printed(line: str, tmp_path: Path) -> None:
    needs_kubectl()
    (tmp_path / "images.txt").write_text(line)
    done = rendered(IMAGES=str(tmp_path / "images.txt"))
    assert (done.returncode, done.stdout) == (1, "")
    assert "has no digest of ticketing/auth" in done.stderr


def test_unknown_overlay_is_named() -> None:
    done = rendered("staging")
    assert (done.returncode, done.stdout) == (1, "")
    assert "no overlay 'staging'" in done.stderr
