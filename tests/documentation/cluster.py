"""A stand-in for a cluster's API server, for the kubectl commands of the documentation.

It holds the objects of the manifests, accepts what kubectl sends for them, and reports every workload as rolled out. It
runs nothing: what it shows is that kubectl understands a command and that the objects that it names exist.
"""

import base64
import json
import re
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import yaml
from tests.documentation.protobuf import decode_secret

Json = dict[str, Any]
ALSO = [("v1", "Pod"), ("v1", "Namespace"), ("v1", "Event"), ("v1", "Secret")]
CLUSTER_SCOPED = {"Namespace", "ClusterRole", "ClusterRoleBinding", "IngressClass"}
VERBS = ["create", "delete", "get", "list", "patch", "update", "watch"]


def plural(kind: str) -> str:
    """The resource's name in paths."""
    name = kind.lower()
    return name[:-1] + "ies" if name.endswith("y") else name + ("es" if name.endswith("s") else "s")


def merged(old: Any, new: Any) -> Any:
    """A strategic merge patch, as far as kubectl's commands need it: lists of named items are merged by name."""
    if isinstance(old, dict) and isinstance(new, dict):
        changed = {key: merged(old.get(key), value) for key, value in new.items() if not key.startswith("$")}
        return {key: value for key, value in {**old, **changed}.items() if value is not None}
    if isinstance(old, list) and isinstance(new, list) and all("name" in item for item in [*old, *new]):
        named = {item["name"]: item for item in old}
        return [*{**named, **{item["name"]: merged(named.get(item["name"]), item) for item in new}}.values()]
    return new


class Cluster:
    """Its objects, by path."""

    def __init__(self) -> None:
        self.objects: dict[str, Json] = {}
        self.kinds: set[tuple[str, str]] = set(ALSO)

    def load(self, folder: Path) -> None:
        """As `kubectl apply` would."""
        for file in sorted(folder.glob("*.yaml")):
            for obj in yaml.safe_load_all(file.read_text()):
                if obj:
                    self.add(obj)

    def add(self, obj: Json) -> Json:
        """Store an object that kubectl or a manifest describes."""
        self.kinds.add((obj["apiVersion"], obj["kind"]))
        obj["metadata"].setdefault("namespace", "default")
        path = f"{self._folder(obj)}/{obj['metadata']['name']}"
        return self.put(path, obj)

    def put(self, path: str, obj: Json) -> Json:
        """Store it, as a server and the controllers complete it."""
        self.objects[path] = completed(obj)
        return self.objects[path]

    def _folder(self, obj: Json) -> str:
        version, kind = obj["apiVersion"], obj["kind"]
        group = f"/api/{version}" if "/" not in version else f"/apis/{version}"
        space = "" if kind in CLUSTER_SCOPED else f"/namespaces/{obj['metadata']['namespace']}"
        return f"{group}{space}/{plural(kind)}"

    def resources(self, version: str) -> Json:
        """What kubectl reads to map kinds and short names to paths."""
        listed = [
            {
                "name": plural(kind),
                "singularName": kind.lower(),
                "kind": kind,
                "namespaced": kind not in CLUSTER_SCOPED,
                "verbs": VERBS,
            }
            for of, kind in sorted(self.kinds)
            if of == version
        ]
        scales = [
            {**each, "name": f"{each['name']}/scale", "group": "autoscaling", "version": "v1", "kind": "Scale"}
            for each in listed
            if each["kind"] in {"Deployment", "StatefulSet"}
        ]
        return {"kind": "APIResourceList", "apiVersion": "v1", "groupVersion": version, "resources": listed + scales}

    def groups(self) -> Json:
        """The versions of all groups but the core's."""
        versions = [{"groupVersion": each, "version": each.split("/")[1]} for each in self._versions() if "/" in each]
        return {
            "kind": "APIGroupList",
            "apiVersion": "v1",
            "groups": [
                {"name": each["groupVersion"].split("/")[0], "versions": [each], "preferredVersion": each}
                for each in versions
            ],
        }

    def openapi(self, path: str) -> Json:
        """Only what shows kubectl that the server validates fields."""
        if path == "/openapi/v3":
            names = [each if "/" in each else f"core/{each}" for each in self._versions()]
            listed = {name.replace("core/", "api/") if "core/" in name else f"apis/{name}": name for name in names}
            return {"paths": {name: {"serverRelativeURL": f"/openapi/v3/{name}"} for name in listed}}
        version = path.removeprefix("/openapi/v3/").removeprefix("apis/").removeprefix("api/")
        group, _, number = version.rpartition("/")
        validated = {"parameters": [{"name": "fieldValidation", "in": "query", "schema": {"type": "string"}}]}
        patches = {
            f"/{plural(kind)}": {
                "patch": {
                    **validated,
                    "responses": {},
                    "x-kubernetes-group-version-kind": {"group": group, "version": number, "kind": kind},
                }
            }
            for of, kind in self.kinds
            if of == version
        }
        return {"openapi": "3.0.0", "info": {"title": "stand-in", "version": "1"}, "paths": patches}

    def _versions(self) -> list[str]:
        return sorted({version for version, _ in self.kinds})


def completed(obj: Json) -> Json:
    """With what a server and the controllers add: data from stringData, and the status of what has been rolled out."""
    text = obj.pop("stringData", None) or {}
    if text:
        encoded = {key: base64.b64encode(str(value).encode()).decode() for key, value in text.items()}
        obj["data"] = {**obj.get("data", {}), **encoded}
    metadata = obj["metadata"]
    metadata["generation"] = metadata.get("generation", 0) + 1
    metadata.update(uid=metadata["name"], resourceVersion=str(metadata["generation"]))
    if obj["kind"] in {"Deployment", "StatefulSet"}:
        obj["spec"].setdefault("updateStrategy", {"type": "RollingUpdate"})
        count = obj["spec"].setdefault("replicas", 1)
        counts = ("replicas", "updatedReplicas", "readyReplicas", "availableReplicas")
        obj["status"] = {"observedGeneration": metadata["generation"], **dict.fromkeys(counts, count)}
        obj["status"] |= {"currentRevision": "new", "updateRevision": "new", "currentReplicas": count}
    if obj["kind"] == "Job":
        obj["status"] = {"conditions": [{"type": "Complete", "status": "True"}]}
    return obj


class Api(BaseHTTPRequestHandler):
    """Serves `cluster`, which a subclass sets."""

    protocol_version = "HTTP/1.1"
    cluster: Cluster

    def do_GET(self) -> None:
        path, objects = urlsplit(self.path).path.rstrip("/"), self.cluster.objects
        if (found := self._discovery(path)) is not None or (found := objects.get(path)) is not None:
            self._respond(200, found)
        elif path.endswith("/scale") and (found := objects.get(path.removesuffix("/scale"))) is not None:
            self._respond(200, scale(found))
        elif self._is_collection(path):
            self._list(path)
        else:
            self._missing(path)

    def do_POST(self) -> None:
        obj = self._body()
        path = f"{urlsplit(self.path).path}/{obj['metadata']['name']}"
        if path in self.cluster.objects:
            self._fail(409, "AlreadyExists", f'{obj["kind"].lower()} "{obj["metadata"]["name"]}" already exists')
        elif "dryRun" in self.path:
            self._respond(201, completed(obj))
        else:
            self._respond(201, self.cluster.add(obj))

    def do_PATCH(self) -> None:
        path, patch = urlsplit(self.path).path, self._body()
        found = self.cluster.objects.get(path.removesuffix("/scale"))
        if found is None:
            self._missing(path)
            return
        changed = completed(merged(json.loads(json.dumps(found)), patch))
        if "dryRun" not in self.path:
            self.cluster.objects[path.removesuffix("/scale")] = changed
        self._respond(200, scale(changed) if path.endswith("/scale") else changed)

    do_PUT = do_PATCH  # noqa: N815 -- http.server names it

    def do_DELETE(self) -> None:
        path = urlsplit(self.path).path
        if self.headers.get("Content-Length"):
            self._body()
        if path not in self.cluster.objects:
            self._missing(path)
            return
        self.cluster.objects.pop(path)
        self._respond(200, {"kind": "Status", "apiVersion": "v1", "status": "Success"})

    def _discovery(self, path: str) -> Json | None:
        if path == "/api":
            return {"kind": "APIVersions", "apiVersion": "v1", "versions": ["v1"]}
        if path == "/apis":
            return self.cluster.groups()
        if path == "/version":
            return {"major": "1", "minor": "32", "gitVersion": "v1.32.0"}
        if path.startswith("/openapi/v3"):
            return self.cluster.openapi(path)
        version = re.fullmatch(r"/apis?/((?:[\w.]+/)?v\w+)", path)
        return self.cluster.resources(version[1]) if version else None

    def _is_collection(self, path: str) -> bool:
        return path.rpartition("/")[2] in {plural(kind) for _, kind in self.cluster.kinds}

    def _list(self, path: str) -> None:
        query = parse_qs(urlsplit(self.path).query)
        name = re.search(r"metadata\.name=([\w.-]+)", query.get("fieldSelector", [""])[0])
        found = [
            obj
            for at, obj in self.cluster.objects.items()
            if at.rpartition("/")[0] == path and (name is None or obj["metadata"]["name"] == name[1])
        ]
        if "watch" in query:  # nothing more will happen
            self._send(200, b"")
            return
        kind = next(kind for _, kind in self.cluster.kinds if plural(kind) == path.rpartition("/")[2])
        version = next(version for version, of in self.cluster.kinds if of == kind)
        self._respond(200, {"kind": f"{kind}List", "apiVersion": version, "metadata": {}, "items": found})

    def _body(self) -> Json:
        text = self.rfile.read(int(self.headers["Content-Length"]))
        if "protobuf" in self.headers["Content-Type"]:
            return decode_secret(text)
        body: Json = yaml.safe_load(text)
        return body

    def _missing(self, path: str) -> None:
        resource, _, name = path.removesuffix("/scale").rpartition("/")
        self._fail(404, "NotFound", f'{resource.rpartition("/")[2]} "{name}" not found')

    def _fail(self, code: int, reason: str, message: str) -> None:
        failure = {"kind": "Status", "apiVersion": "v1", "status": "Failure", "reason": reason, "message": message}
        self._respond(code, {**failure, "code": code})

    def _respond(self, status: int, body: Json) -> None:
        self._send(status, json.dumps(body).encode())

    def _send(self, status: int, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 -- the base class names it
        """Nothing."""


def scale(obj: Json) -> Json:
    """Its subresource."""
    metadata = {key: obj["metadata"][key] for key in ("name", "namespace", "resourceVersion", "uid")}
    replicas = {"replicas": obj["spec"]["replicas"]}
    return {"kind": "Scale", "apiVersion": "autoscaling/v1", "metadata": metadata, "spec": replicas, "status": replicas}


@contextmanager
def serving(cluster: Cluster) -> Iterator[str]:
    """The address of its API server."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("Handler", (Api,), {"cluster": cluster}))
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()


def kubeconfig(server: str) -> Mapping[str, Any]:
    """With one context, which is the current one."""
    return {
        "apiVersion": "v1",
        "kind": "Config",
        "current-context": "stand-in",
        "clusters": [{"name": "stand-in", "cluster": {"server": server}}],
        "users": [{"name": "stand-in", "user": {}}],
        "contexts": [{"name": "stand-in", "context": {"cluster": "stand-in", "user": "stand-in"}}],
    }
