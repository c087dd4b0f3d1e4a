"""The processes of a cluster, by kubectl."""

import json
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from ticketing_ops.stack import Process

_COMMAND = ("kubectl", "get", "pods", "--selector", "app.kubernetes.io/part-of=ticketing", "--output", "json")
_TIMEOUT_SECONDS = 10


def list_pods() -> Sequence[Process]:
    """The pods of the current context's namespace, without finished ones. Raises OSError."""
    try:
        done = subprocess.run(_COMMAND, capture_output=True, text=True, timeout=_TIMEOUT_SECONDS, check=False)  # noqa: S603
    except subprocess.TimeoutExpired:
        raise TimeoutError(f"kubectl did not respond within {_TIMEOUT_SECONDS} s") from None
    if done.returncode != 0:
        raise OSError(done.stderr.strip() or f"kubectl failed with status {done.returncode}")
    return [*_processes(json.loads(done.stdout)["items"])]


def _processes(pods: Sequence[Mapping[str, Any]]) -> Iterator[Process]:
    for pod in pods:
        status = pod.get("status", {})
        if status.get("phase") == "Succeeded":
            continue
        containers = status.get("containerStatuses", [])
        state, since = _state(status, containers)
        yield Process(
            name=pod["metadata"]["name"],
            state=state,
            running=state == "running",
            since=since,
            restarts=sum(container.get("restartCount", 0) for container in containers),
        )


def _state(status: Mapping[str, Any], containers: Sequence[Mapping[str, Any]]) -> tuple[str, datetime | None]:
    """The reason of the first container that does not run, such as CrashLoopBackOff."""
    started = None
    for container in containers:
        state = container.get("state", {})
        if "running" not in state:
            reason = next((each.get("reason") for each in state.values()), None)
            return reason or status.get("phase", "unknown"), None
        started = datetime.fromisoformat(state["running"]["startedAt"])
        if not container.get("ready"):
            return "not ready", started
    return ("running" if containers else str(status.get("phase", "unknown"))), started
