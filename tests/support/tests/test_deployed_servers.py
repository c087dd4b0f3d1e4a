"""The tests run on the servers of infra/k8s when asked to, and on no others."""

import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from ticketing_local.binaries import find_binary, find_version
from ticketing_test_support.deployed_servers import unpacking
from ticketing_test_support.deployed_servers.images import IMAGES, UnclearVersion, deployed_images, version_of
from ticketing_test_support.deployed_servers.unpacking import NotUnpacked, unpack

linux = pytest.mark.skipif(sys.platform != "linux", reason="images hold programs for Linux")


def executable(path: Path, body: str) -> Path:
    path.parent.mkdir(exist_ok=True)
    path.write_text(f"#!/bin/sh\n{body}\n")
    path.chmod(0o755)
    return path


@pytest.fixture
def image(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The root of every image that `docker` exports."""
    root = tmp_path / "image"
    docker = f'[ "$1" != export ] || exec tar -c -C {shlex.quote(str(root))} .'
    monkeypatch.setattr(unpacking, "DOCKER", str(executable(tmp_path / "docker", docker)))
    (root / "usr/local/bin").mkdir(parents=True)
    return root


def copy_libraries(program: Path, root: Path) -> None:
    """What this machine's loader loads for the program, and the loader itself."""
    listed = subprocess.run(["ldd", program], capture_output=True, text=True, check=True).stdout
    (root / "lib").mkdir()
    for library in re.findall(r"(/\S+) \(0x", listed):
        shutil.copy(library, root / "lib")


def test_manifests_name_one_version_of_each_server() -> None:
    assert deployed_images().keys() == IMAGES.keys()
    assert all(re.fullmatch(r"\d+\.\d+\.\d+", version_of(image)) for image in deployed_images().values())


def test_two_versions_of_a_server_are_refused(tmp_path: Path) -> None:
    for number, tag in enumerate(("7.0.43", "7.0.44")):
        (tmp_path / f"{number}.yaml").write_text(f"  image: mongo:{tag}\n")
    with pytest.raises(UnclearVersion, match=r"mongo:7\.0\.43.*mongo:7\.0\.44"):
        deployed_images(tmp_path)


@pytest.mark.parametrize(
    ("image", "version"),
    [("mongo:7.0.43", "7.0.43"), ("docker.io/library/redis:8.2.10-alpine@sha256:0f", "8.2.10"), ("nats:2", "2")],
)
def test_version_is_read_from_the_tag(image: str, version: str) -> None:
    assert version_of(image) == version


def test_tag_without_version_is_refused() -> None:
    with pytest.raises(UnclearVersion):
        version_of("mongo:latest")


@linux
def test_unpacked_server_uses_loader_and_libraries_of_its_image(image: Path, tmp_path: Path) -> None:
    original = find_binary("redis-server")
    shutil.copy(original, image / "usr/local/bin/redis-server")
    copy_libraries(original, image)
    unpack("redis-server", "redis:1", tmp_path / "servers")
    command = [str(tmp_path / "servers/bin/redis-server"), *("--port", "0", "--unixsocket", "redis.sock")]
    with subprocess.Popen(command, cwd=tmp_path, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert any("Server initialized" in line for line in process.stdout or ())
            files = set(re.findall(r"/\S+", Path(f"/proc/{process.pid}/maps").read_text()))
        finally:
            process.kill()
    assert [file for file in files if ".so" in file and not file.startswith(str(tmp_path))] == []


@linux
def test_statically_linked_server_is_started_directly(image: Path, tmp_path: Path) -> None:
    shutil.copy(find_binary("nats-server"), image / "nats-server")
    unpack("nats-server", "nats:1", tmp_path)
    printed = subprocess.run([tmp_path / "bin/nats-server", "--version"], capture_output=True, text=True, check=True)
    assert find_version("nats-server") in printed.stdout


@linux
def test_image_without_the_server_is_reported(image: Path, tmp_path: Path) -> None:
    with pytest.raises(NotUnpacked, match="mongo:1 has no mongod"):
        unpack("mongod", "mongo:1", tmp_path)


def run_test(folder: Path, **environment: str) -> "subprocess.CompletedProcess[str]":
    (folder / "test_it.py").write_text("def test_it():\n    pass\n")
    command = [sys.executable, "-m", "pytest", "-p", "ticketing_test_support.deployed_servers.plugin", "test_it.py"]
    environment = {**os.environ, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", "SERVERS": "deployed", **environment}
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)


def test_no_test_runs_on_other_servers(tmp_path: Path) -> None:
    executable(tmp_path / "bin/redis-server", "echo Redis server v=99.1.2 sha=0")
    done = run_test(tmp_path, PATH=f"{tmp_path}/bin:{os.environ['PATH']}")
    assert done.returncode == 1
    deployed = version_of(deployed_images()["redis-server"])
    assert f"redis-server is 99.1.2, but infra/k8s deploys {deployed}" in done.stderr


def test_tests_run_on_the_deployed_versions_and_name_them(tmp_path: Path) -> None:
    versions = {server: version_of(image) for server, image in deployed_images().items()}
    for server, version in versions.items():
        executable(tmp_path / "bin" / server, f"echo {server} v{version}")
    done = run_test(tmp_path, PATH=f"{tmp_path}/bin:{os.environ['PATH']}")
    assert done.returncode == 0, done.stdout
    assert f"servers: mongod {versions['mongod']}, " in done.stdout
