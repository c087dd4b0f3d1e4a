"""The servers that keep state: MongoDB, NATS JetStream, Redis and, when it is used, the Stripe emulator."""

import json
from collections.abc import Iterator

from ticketing_local.probes import HOST, HttpProbe, RedisProbe, TcpProbe
from ticketing_local.processes.process import PYTHON, Layout, Process, Tier

NATS_CONFIG = """\
server_name: ticketing-local
host: {host}
port: {port}
http: "{host}:{monitor}"
jetstream {{
  store_dir: {store}
  # Acknowledge an event once it is on disk; by default JetStream fsyncs within two minutes.
  sync_interval: always
  # Streams have limits of their own. By default this one is derived from the free space: NATS then refuses writes on a
  # disk that was full when it started.
  max_file_store: 64GB
}}
"""


def infrastructure(layout: Layout) -> Iterator[Process]:
    """In the order in which `up` shows them."""
    yield mongo(layout)
    yield nats(layout)
    yield redis(layout)
    if layout.settings.stripe.emulated:
        yield stripe(layout)


def mongo(layout: Layout) -> Process:
    """One mongod for all five databases."""
    data = layout.folder("mongo")
    return Process(
        name="mongo",
        tier=Tier.INFRASTRUCTURE,
        command=(
            *(layout.binaries["mongod"], "--dbpath", str(data), "--bind_ip", HOST),
            *("--port", str(layout.ports["mongo"]), "--wiredTigerCacheSizeGB", "0.25", "--quiet", "--nounixsocket"),
            *("--setParameter", "diagnosticDataCollectionEnabled=false"),
        ),
        environment=layout.settings.inherited,
        probe=TcpProbe(layout.ports["mongo"]),
        url=layout.url("mongodb", "mongo"),
        stop_seconds=30,
        folders=(data,),
    )


def nats(layout: Layout) -> Process:
    """JetStream. A stream that met a full disk refuses writes until the server restarts; only /healthz shows that."""
    data = layout.folder("nats")
    health = HttpProbe(layout.url("http", "nats-monitor", "/healthz"))
    config = layout.settings.state_dir / "run" / "nats.conf"
    monitor = layout.ports["nats-monitor"]
    text = NATS_CONFIG.format(host=HOST, port=layout.ports["nats"], monitor=monitor, store=json.dumps(str(data)))
    return Process(
        name="nats",
        tier=Tier.INFRASTRUCTURE,
        command=(layout.binaries["nats-server"], "--config", str(config)),
        environment=layout.settings.inherited,
        probe=health,
        liveness=health,
        url=layout.url("nats", "nats"),
        folders=(data,),
        files={config: text},
    )


def redis(layout: Layout) -> Process:
    """Append-only and without eviction, so that RQ's jobs are kept."""
    data = layout.folder("redis")
    return Process(
        name="redis",
        tier=Tier.INFRASTRUCTURE,
        command=(
            *(layout.binaries["redis-server"], "--bind", HOST, "--port", str(layout.ports["redis"])),
            *("--dir", str(data), "--appendonly", "yes", "--appendfsync", "everysec", "--save", ""),
            *("--maxmemory-policy", "noeviction"),
        ),
        environment=layout.settings.inherited,
        probe=RedisProbe(layout.ports["redis"]),
        url=layout.url("redis", "redis"),
        folders=(data,),
    )


def stripe(layout: Layout) -> Process:
    """The emulator; it sends its signed webhooks through the gateway, as Stripe would."""
    data = layout.folder("stripe")
    webhook = f"http://{HOST}:{layout.settings.port}/api/payments/webhook"
    return Process(
        name="stripe",
        tier=Tier.INFRASTRUCTURE,
        command=(
            *(PYTHON, "-m", "stripe_emulator", "--host", HOST, "--port", str(layout.ports["stripe"])),
            *("--state-dir", str(data), "--webhook-url", webhook),
        ),
        environment={**layout.settings.inherited, "STRIPE_WEBHOOK_SECRET": layout.webhook_secret},
        probe=TcpProbe(layout.ports["stripe"]),
        url=layout.url("http", "stripe"),
        folders=(data,),
    )
