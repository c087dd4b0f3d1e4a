"""The load generator: autocannon, in a Node process of its own that stays warm between jobs."""

import json
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

from ticketing_local.binaries import find_binary

LOAD_FOLDER = Path(__file__).resolve().parents[2] / "load"
CONNECTIONS = 32


class LoadError(Exception):
    """Responses that the benchmark did not expect, or none."""


@dataclass(frozen=True)
class Request:
    """A request to send. `body` is sent as JSON."""

    path: str
    method: str = "GET"
    session: str | None = None
    body: Mapping[str, object] | None = None
    headers: Mapping[str, str] = field(default_factory=dict)

    def to_json(self) -> dict[str, object]:
        """As the generator reads it."""
        headers = dict(self.headers)
        if self.session is not None:
            headers["cookie"] = f"session={self.session}"
        if self.body is None:
            return {"method": self.method, "path": self.path, "headers": headers}
        headers["content-type"] = "application/json"
        return {"method": self.method, "path": self.path, "headers": headers, "body": json.dumps(self.body)}


@dataclass(frozen=True)
class Responses:
    """What came back. `times_ms` are sorted; there are `bodies` only if they were kept."""

    seconds: float
    statuses: dict[int, int]
    times_ms: list[float]
    mean_bytes: int
    bodies: list[str]

    def require(self, status: int) -> Self:
        """LoadError unless every response has this status."""
        if set(self.statuses) != {status}:
            raise LoadError(f"expected only status {status}, got {self.statuses}")
        return self


class LoadGenerator:
    """Sends jobs one after another. A context manager."""

    def __enter__(self) -> Self:
        self._process = subprocess.Popen(
            [find_binary("node"), LOAD_FOLDER / "requests.mjs"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        return self

    def __exit__(self, *_: object) -> None:
        with self._process:
            self._process.terminate()

    def send(
        self,
        url: str,
        requests: Sequence[Request],
        *,
        connections: int = CONNECTIONS,
        keep_bodies: bool = False,
    ) -> Responses:
        """Send all requests, as fast as the connections allow. LoadError if one gets no response."""
        job = {
            "url": url,
            "connections": min(connections, len(requests)),
            "requests": [request.to_json() for request in requests],
            "keepBodies": keep_bodies,
        }
        result = self._run(job)
        if result["failures"]:
            raise LoadError(f"{result['failures']} of {len(requests)} requests to {url} got no response")
        return Responses(
            seconds=result["seconds"],
            statuses={int(status): count for status, count in result["statuses"].items()},
            times_ms=sorted(result["times"]),
            mean_bytes=result["bytes"] // max(len(result["times"]), 1),
            bodies=result["bodies"],
        )

    def _run(self, job: dict[str, Any]) -> dict[str, Any]:
        stdin, stdout = self._process.stdin, self._process.stdout
        assert stdin is not None and stdout is not None  # noqa: S101, PT018  they are pipes
        stdin.write(json.dumps(job) + "\n")
        stdin.flush()
        line = stdout.readline()
        if not line:
            raise LoadError("The load generator exited: see its message above")
        return dict(json.loads(line))
