"""kubectl of a stand-in cluster: forwards ports to the local stack, and leaves everything else to the real kubectl.

LOCAL_PORTS="nats=4222 orders-1=3000 …" names the stack's processes.
"""

import os
import signal
import sys

LOCAL_PORTS = dict(entry.split("=") for entry in os.environ["LOCAL_PORTS"].split())


def local_port(target: str) -> str:
    """Of the process, or of its first replica; the five databases are in one server."""
    name = target.partition("/")[2]
    process = "mongo" if name.endswith("-mongo") else name
    return next(LOCAL_PORTS[each] for each in (process, f"{process}-1") if each in LOCAL_PORTS)


def main(real: str, *arguments: str) -> None:
    """Like kubectl, runs a port-forward until it is ended."""
    if arguments[0] != "port-forward":
        os.execv(real, [real, *arguments])
    port = local_port(arguments[1])
    print(f"Forwarding from 127.0.0.1:{port} -> {arguments[2].lstrip(':')}", flush=True)  # noqa: T201
    signal.pause()


if __name__ == "__main__":
    main(*sys.argv[1:])
