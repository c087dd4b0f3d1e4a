"""`make images PUSH=`, publish.sh and assets.sh: the images and files of a release, with a fake docker and cosign."""

import hashlib
import os
import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parents[3]
REGISTRY = "ghcr.io/o/r"
IMAGES = ("auth", "tickets", "orders", "payments", "expiration", "operations", "client", "stripe-emulator")
DIGEST = f"sha256:{'0a' * 32}"
# Like docker: the engine's architecture, and the digests of what was pushed or joined.
DOCKER = f"""
case "$*" in
    "version --format"*) echo arm64 ;;
    "buildx build"*)
        while [ "$1" != --metadata-file ]; do shift; done
        printf '{{"buildx.build.ref": "x", "containerimage.digest": "{DIGEST}"}}' > "$2" ;;
    "buildx imagetools inspect"*) echo {DIGEST} ;;
    "image inspect"*) echo 1000000 ;;
esac
"""
GH = """
echo "gh $*" >> "{folder}/calls"
case "$*" in "release list"*) printf 'v1.9.0\\nv1.2.3\\n' ;; esac
"""
COSIGN = 'case "$*" in *--bundle*) : > "${@: -2:1}" ;; esac'


@dataclass(frozen=True)
class Tools:
    """A folder with fake tools on PATH; each records its calls."""

    folder: Path

    def run(self, script: str, *arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
        path = f"{self.folder}{os.pathsep}{os.environ['PATH']}"
        return subprocess.run(
            [ROOT / script, *arguments],
            env={**os.environ, "PATH": path, **variables},
            capture_output=True,
            text=True,
            check=False,
        )

    @property
    def calls(self) -> list[str]:
        return (self.folder / "calls").read_text().splitlines()


@pytest.fixture
def tools(tmp_path: Path) -> Tools:
    for name, behaviour in {"docker": DOCKER, "cosign": COSIGN}.items():
        file = tmp_path / name
        file.write_text(f'#!/usr/bin/env bash\necho "{name} $*" >> "{tmp_path}/calls"\n{behaviour}\n')
        file.chmod(0o755)
    return Tools(tmp_path)


def test_image_is_pushed_by_digest_with_sbom_and_provenance(tools: Tools) -> None:
    folder = tools.folder / "digests"
    done = tools.run("infra/images/build", REGISTRY=REGISTRY, PUSH=str(folder), ONLY="auth")
    assert done.returncode == 0, done.stderr
    assert (folder / "auth.arm64").read_text() == f"{REGISTRY}/auth@{DIGEST}\n"
    (build,) = (call for call in tools.calls if call.startswith("docker buildx build"))
    assert "--sbom true --provenance mode=max" in build
    assert f"--tag {REGISTRY}/auth " in build
    assert "push-by-digest=true" in build


def test_push_needs_a_registry(tools: Tools) -> None:
    done = tools.run("infra/images/build", PUSH=str(tools.folder), ONLY="auth")
    assert (done.returncode, "PUSH needs a REGISTRY" in done.stderr) == (1, True)


def test_image_of_development_has_a_tag_and_is_not_pushed(tools: Tools) -> None:
    done = tools.run("infra/images/build", ONLY="auth")
    assert done.stdout.startswith("ticketing/auth:dev"), done.stderr
    (build,) = (call for call in tools.calls if " build " in call)
    assert build.startswith("docker build --tag ticketing/auth:dev")
    assert "push" not in build


@pytest.fixture
def digests(tools: Tools) -> Path:
    """Those of two platforms."""
    folder = tools.folder / "digests"
    folder.mkdir()
    for name in IMAGES:
        for platform, digit in (("amd64", "a"), ("arm64", "b")):
            (folder / f"{name}.{platform}").write_text(f"{REGISTRY}/{name}@sha256:{digit * 64}\n")
    return folder


def test_platforms_are_joined_under_the_tag_and_signed_by_digest(tools: Tools, digests: Path) -> None:
    done = tools.run("infra/release/publish.sh", str(digests), TAG="v1.2.0")
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines() == [f"{name} {REGISTRY}/{name}@{DIGEST}" for name in sorted(IMAGES)]
    sources = f"{REGISTRY}/auth@sha256:{'a' * 64} {REGISTRY}/auth@sha256:{'b' * 64}"
    assert tools.calls[:3] == [
        f"docker buildx imagetools create --tag {REGISTRY}/auth:v1.2.0 {sources}",
        f"docker buildx imagetools inspect --format {{{{.Manifest.Digest}}}} {REGISTRY}/auth:v1.2.0",
        f"cosign sign --yes {REGISTRY}/auth@{DIGEST}",
    ]


def test_failed_signature_stops_the_release(tools: Tools, digests: Path) -> None:
    (tools.folder / "cosign").write_text("#!/bin/sh\nexit 1\n")
    done = tools.run("infra/release/publish.sh", str(digests), TAG="v1.2.0")
    assert (done.returncode, done.stdout) == (1, "")


def test_assets_are_every_overlay_with_digests_and_signed_checksums(tools: Tools, digests: Path) -> None:
    if not shutil.which("kubectl"):
        pytest.skip("kubectl is not installed; CI has it")
    images = tools.folder / "published.txt"
    images.write_text(tools.run("infra/release/publish.sh", str(digests), TAG="v1.2.0").stdout)
    folder = tools.folder / "assets"
    done = tools.run("infra/release/assets.sh", str(images), str(folder))
    assert done.returncode == 0, done.stderr
    overlays = {path.parent.name for path in (ROOT / "infra/release").glob("*/kustomization.yaml")} - {"runtime"}
    manifests = {f"{overlay}.yaml" for overlay in overlays}
    checksums = dict(line.split()[::-1] for line in (folder / "SHA256SUMS").read_text().splitlines())
    assert checksums.keys() == manifests | {"images.txt"}
    assert {path.name for path in folder.iterdir()} == {*checksums, "SHA256SUMS", "SHA256SUMS.sigstore.json"}
    for name, checksum in checksums.items():
        assert hashlib.sha256((folder / name).read_bytes()).hexdigest() == checksum
    for name in manifests:
        text = (folder / name).read_text()
        assert len([*yaml.safe_load_all(text)]) > 20
        ours = re.findall(rf"image: ({REGISTRY}/\S+)", text)
        assert {image.partition("@")[2] for image in ours} == {DIGEST}
    assert tools.calls[-1] == "cosign sign-blob --yes --bundle SHA256SUMS.sigstore.json SHA256SUMS"


def test_release_covers_every_image_that_is_built(tools: Tools) -> None:
    done = tools.run("infra/images/build", ONLY="unknown")
    assert set(done.stderr.partition("ONLY accepts: ")[2].split()) == set(IMAGES)


@pytest.mark.parametrize(
    ("tag", "kind"),
    [("v1.10.0", "--latest"), ("v1.2.4", "--latest=false"), ("v2.0.0", "--latest"), ("v2.0.0-rc.1", "--prerelease")],
)
def test_only_the_newest_version_becomes_the_latest_release(tools: Tools, tag: str, kind: str) -> None:
    workflow = yaml.safe_load((ROOT / ".github/workflows/release.yml").read_text())
    *_, publish = workflow["jobs"]["release"]["steps"]
    for name, text in {"gh": GH.format(folder=tools.folder), "publish": publish["run"]}.items():
        (tools.folder / name).write_text(f"#!/usr/bin/env -S bash -e\n{text}\n")
        (tools.folder / name).chmod(0o755)
    done = tools.run(str(tools.folder / "publish"), GITHUB_REF_NAME=tag, GITHUB_REPOSITORY="o/r")
    assert done.returncode == 0, done.stderr
    assert f"gh release create {tag} --verify-tag {kind} --title Ticketing {tag[1:]} " in tools.calls[-1]
