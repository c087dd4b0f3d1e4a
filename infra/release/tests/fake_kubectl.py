# ruff: noqa: T201 -- a command prints
"""A fake kubectl for PATH. It keeps the state of a cluster in a file and records its calls.

The state: the revision of each of the `workloads`, the revisions that the release `changes`, the workloads that are
`broken` until they are rolled back, and whether the server `rejects` the manifests.
"""

import json
import os
import sys
from pathlib import Path
from typing import Any

CLUSTER = Path(os.environ["CLUSTER_FILE"])


def main(arguments: list[str]) -> int:
    """Apply the command to the state; returns the exit status."""
    cluster: dict[str, Any] = json.loads(CLUSTER.read_text())
    cluster["calls"].append(" ".join(arguments))
    if arguments[:2] == ["config", "view"]:
        print("shop", end="")
    status = _run(cluster, arguments)
    CLUSTER.write_text(json.dumps(cluster))
    return status


def _run(cluster: dict[str, Any], arguments: list[str]) -> int:
    match arguments:
        case ["get", "--filename", *_]:
            print("\n".join(name.replace("/", ".apps/") for name in cluster["workloads"]))
            print("service/auth\ningress.networking.k8s.io/ticketing")
        case ["get", workload, "--output", _] if workload in cluster["workloads"]:
            print(cluster["workloads"][workload], end="")
        case ["apply", "--dry-run=server", *_]:
            return 1 if cluster["rejects"] else 0
        case ["diff", *_]:
            return 1 if cluster["changes"] else 0
        case ["apply", *_]:
            cluster["workloads"].update(cluster["changes"])
        case ["rollout", "status", workload, *_]:
            return 1 if workload in cluster["broken"] else 0
        case ["rollout", "undo", workload]:
            cluster["broken"] = [name for name in cluster["broken"] if name != workload]
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
