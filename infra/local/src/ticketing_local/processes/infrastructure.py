"""The servers that keep state: MongoDB, NATS JetStream, Redis and, when it is used, the Stripe emulator."""

import json
from collections.abc import Iterator

from ticketing_local.mongo_users import MongoUsers
from ticketing_local.permissions import OPERATOR, REDIS_RULES, nats_authorization, nats_users, password_variable
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
{authorization}"""
REDIS_CONFIG = """bind {host}
port {port}
dir {data}
appendonly yes
appendfsync everysec
save ""
maxmemory-policy noeviction
user default reset on >{password} ~* &* +@all
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
            *("--setParameter", "diagnosticDataCollectionEnabled=false", "--auth"),
        ),
        environment=layout.settings.inherited,
        probe=TcpProbe(layout.ports["mongo"]),
        prepare=MongoUsers(layout.ports["mongo"], layout.credentials).ensure,
        url=layout.login_url("mongodb", "mongo", layout.credentials.login("mongo")),
        stop_seconds=30,
        folders=(data,),
    )


def nats(layout: Layout) -> Process:
    """JetStream. A stream that met a full disk refuses writes until the server restarts; only /healthz shows that.

    The passwords are in its environment, so that nats.conf is the same as in Kubernetes.
    """
    data = layout.folder("nats")
    health = HttpProbe(layout.url("http", "nats-monitor", "/healthz"))
    config = layout.settings.state_dir / "run" / "nats.conf"
    text = NATS_CONFIG.format(
        host=HOST,
        port=layout.ports["nats"],
        monitor=layout.ports["nats-monitor"],
        store=json.dumps(str(data)),
        authorization=nats_authorization(),
    )
    passwords = {password_variable(user): layout.credentials.password("nats", user) for user in nats_users()}
    return Process(
        name="nats",
        tier=Tier.INFRASTRUCTURE,
        command=(layout.binaries["nats-server"], "--config", str(config)),
        environment={**layout.settings.inherited, **passwords},
        probe=health,
        liveness=health,
        url=layout.login_url("nats", "nats", layout.credentials.login("nats")),
        folders=(data,),
        files={config: text},
    )


def redis(layout: Layout) -> Process:
    """Append-only and without eviction, so that RQ's jobs are kept. The operator is the default user."""
    config = layout.settings.state_dir / "run" / "redis.conf"
    password = layout.credentials.password("redis", OPERATOR)
    return Process(
        name="redis",
        tier=Tier.INFRASTRUCTURE,
        command=(layout.binaries["redis-server"], str(config)),
        environment=layout.settings.inherited,
        probe=RedisProbe(layout.ports["redis"], password),
        url=layout.login_url("redis", "redis", f":{password}@"),
        folders=(layout.folder("redis"),),
        files={config: _redis_config(layout, password)},
    )


def _redis_config(layout: Layout, password: str) -> str:
    data = json.dumps(str(layout.folder("redis")), ensure_ascii=False)
    lines = [REDIS_CONFIG.format(host=HOST, port=layout.ports["redis"], data=data, password=password)]
    for user, rules in REDIS_RULES.items():
        lines.append(f"user {user} reset on >{layout.credentials.password('redis', user)} {rules}\n")
    return "".join(lines)


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
