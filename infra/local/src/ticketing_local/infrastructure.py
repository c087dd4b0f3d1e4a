"""The servers that keep the state: MongoDB, NATS JetStream, Redis, and the Stripe emulator when it is used."""

import json
from collections.abc import Iterator

from ticketing_local.layout import PYTHON, Layout
from ticketing_local.probes import HOST, HttpProbe, RedisProbe, TcpProbe
from ticketing_local.process import Process, Tier

NATS_CONFIG = """\
server_name: ticketing-local
host: {host}
port: {port}
http: "{host}:{monitor}"
jetstream {{
  store_dir: {store}
  # An event counts as published when it is on the disk, not two minutes later.
  sync_interval: always
  # Streams bound themselves; a reservation must not fail because this disk is small.
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
    """One mongod for all five databases; journalled, as it always is."""
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
    """JetStream that acknowledges what it has on disk."""
    data = layout.folder("nats")
    config = layout.settings.state_dir / "run" / "nats.conf"
    monitor = layout.ports["nats-monitor"]
    text = NATS_CONFIG.format(host=HOST, port=layout.ports["nats"], monitor=monitor, store=json.dumps(str(data)))
    return Process(
        name="nats",
        tier=Tier.INFRASTRUCTURE,
        command=(layout.binaries["nats-server"], "--config", str(config)),
        environment=layout.settings.inherited,
        probe=HttpProbe(layout.url("http", "nats-monitor", "/healthz")),
        url=layout.url("nats", "nats"),
        folders=(data,),
        files={config: text},
    )


def redis(layout: Layout) -> Process:
    """Append-only and never evicting: what RQ has taken it keeps."""
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
    """The emulator; its signed webhooks come in by the gateway, as Stripe's would."""
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
