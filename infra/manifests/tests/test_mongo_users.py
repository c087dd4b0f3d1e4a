"""The init container of each MongoDB, run on a real mongod. Only mongosh is a stand-in: Node with `db` and `print`."""

import json
import os
import subprocess
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from pymongo import MongoClient
from pymongo.errors import OperationFailure

from ticketing_local.binaries import find_binary
from ticketing_test_support.servers import Server, free_port, mongod, started

MONGOSH = """\
#!{node}
const fs = require("fs");
function runCommand(database, command) {{
  fs.writeFileSync("{folder}/request", JSON.stringify([database, command]));
  return JSON.parse(fs.readFileSync("{folder}/reply", "utf8"));
}}
globalThis.db = {{ getSiblingDB: (database) => ({{ runCommand: (command) => runCommand(database, command) }}) }};
globalThis.print = console.log;
require("vm").runInThisContext(fs.readFileSync(process.argv.at(-1), "utf8"));
"""
Run = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture
def server(tmp_path: Path) -> Server:
    """With authentication, as after the init container; it is not started."""
    server = mongod(tmp_path)
    server.command = (*server.command, "--auth")
    return server


@pytest.fixture
def mongosh(tmp_path: Path) -> Iterator[int]:
    """A stand-in on `tmp_path / "bin"`, which is synchronous like mongosh; the port of the server that it uses."""
    for pipe in ("request", "reply"):
        os.mkfifo(tmp_path / pipe)
    shell, port = tmp_path / "bin" / "mongosh", free_port()
    shell.parent.mkdir()
    shell.write_text(MONGOSH.format(node=find_binary("node"), folder=tmp_path))
    shell.chmod(0o755)
    commands = threading.Thread(target=run_commands, args=(tmp_path, port))
    commands.start()
    yield port
    (tmp_path / "request").write_text("")
    commands.join()


def run_commands(folder: Path, port: int) -> None:
    """Until an empty request."""
    while request := (folder / "request").read_text():
        database, command = json.loads(request)
        with MongoClient[dict[str, object]]("127.0.0.1", port) as client:
            try:
                reply = client[database].command(command)
            except OperationFailure as error:
                reply = {"ok": 0, "errmsg": str(error)}
        (folder / "reply").write_text(json.dumps(reply, default=str))


@pytest.fixture
def create_users(manifests, mongosh: int, tmp_path: Path) -> Run:
    """Run the script of the ConfigMap on the data of `server`."""
    (data,) = (made["data"] for made in manifests.objects("ConfigMap") if "users.js" in made["data"])
    paths = {"/data/db": tmp_path / "mongo", "/tmp/mongod.log": tmp_path / "mongod.log"}
    script = data["users.sh"]
    for old, new in {**paths, "127.0.0.1 ": f"127.0.0.1 --port {mongosh} "}.items():
        assert old in script
        script = script.replace(old, str(new))
    (tmp_path / "users.sh").write_text(script)
    (tmp_path / "users.js").write_text(data["users.js"])
    path = os.pathsep.join([str(tmp_path / "bin"), str(find_binary("mongod").parent), os.environ["PATH"]])

    def run(**passwords: str) -> "subprocess.CompletedProcess[str]":
        environment = {"DATABASE": "orders", "PATH": path, "MONITOR_PASSWORD": "p9", **passwords}
        command = ["bash", str(tmp_path / "users.sh")]
        return subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60, check=False)

    return run


def is_accepted(server: Server, user: str, password: str, database: str) -> bool:
    url = f"mongodb://{user}:{password}@127.0.0.1:{server.port}/{database}"
    with MongoClient[dict[str, object]](url) as client:
        try:
            client[database]["orders"].find_one()
        except OperationFailure:
            return False
    return True


def test_users_are_created_in_old_data_and_passwords_changed(server: Server, create_users: Run, tmp_path: Path) -> None:
    with started(mongod(tmp_path)) as earlier_release:
        earlier_release.stop()
    created = create_users(SERVICE_PASSWORD="p1", OPS_PASSWORD="p2")
    assert (created.returncode, created.stdout) == (0, "The users of orders exist.\n"), created.stderr
    with started(server):
        assert is_accepted(server, "orders", "p1", "orders")
        assert not is_accepted(server, "orders", "p1", "admin")
        assert is_accepted(server, "ops", "p2", "orders")
        assert is_accepted(server, "ops", "p2", "admin")
        assert not is_accepted(server, "monitor", "p9", "admin"), "it may read no documents"
        with MongoClient[dict[str, object]](f"mongodb://monitor:p9@127.0.0.1:{server.port}/admin") as monitor:
            assert monitor.admin.command("serverStatus")["ok"] == 1
        server.stop()
    assert create_users(SERVICE_PASSWORD="p3", OPS_PASSWORD="p2").returncode == 0
    with started(server):
        assert not is_accepted(server, "orders", "p1", "orders")
        assert is_accepted(server, "orders", "p3", "orders")


def test_failure_ends_the_container_with_its_reason(create_users: Run, tmp_path: Path) -> None:
    without_data = create_users(SERVICE_PASSWORD="p1", OPS_PASSWORD="p2")
    assert without_data.returncode != 0
    assert "NonExistentPath" in without_data.stdout
    (tmp_path / "mongo").mkdir()
    without_password = create_users(SERVICE_PASSWORD="", OPS_PASSWORD="p2")
    assert without_password.returncode != 0
    assert "orders of orders: " in without_password.stderr


def test_server_requires_authentication_after_its_users_exist(manifests) -> None:
    for workload in manifests.of_kind("StatefulSet"):
        if workload.name.endswith("-mongo"):
            assert "--auth" in workload.container["command"]
            (users,) = workload.pod["initContainers"]
            assert users["image"] == workload.container["image"]
            assert users["env"][0] == {"name": "DATABASE", "value": workload.name.removesuffix("-mongo")}
