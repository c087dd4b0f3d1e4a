# ruff: noqa: T201 -- a command talks by printing
"""A stand-in for kubectl, put on PATH: it keeps a cluster's workloads in a file and writes down what it was asked.

`workloads` tells each one's revision, what the release `changes`, what is `broken` until it is undone, and whether the
server `refuses` the manifests.
"""

import json
import os
import sys
from pathlib import Path
from typing import Any

CLUSTER = Path(os.environ["CLUSTER_FILE"])


def main(arguments: list[str]) -> int:
    """Do what kubectl would to these workloads; its exit status."""
    cluster: dict[str, Any] = json.loads(CLUSTER.read_text())
    cluster["asked"].append(" ".join(arguments))
    status = _answer(cluster, arguments)
    CLUSTER.write_text(json.dumps(cluster))
    return status


def _answer(cluster: dict[str, Any], arguments: list[str]) -> int:
    match arguments:
        case ["get", "--filename", *_]:
            print("\n".join(name.replace("/", ".apps/") for name in cluster["workloads"]))
            print("service/auth\ningress.networking.k8s.io/ticketing")
        case ["get", workload, "--output", _] if workload in cluster["workloads"]:
            print(cluster["workloads"][workload], end="")
        case ["apply", "--dry-run=server", *_]:
            return 1 if cluster["refuses"] else 0
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
