"""The five services, the expiration worker and the web client, with the same settings as in Kubernetes."""

from collections.abc import Iterator

from stripe_emulator import PAGE_PREFIX
from ticketing_local.probes import HOST, HttpProbe
from ticketing_local.processes.process import PYTHON, Layout, Process, Tier, replica_names
from ticketing_local.processes.tracing import tracing_environment
from ticketing_local.settings import ROOT, SERVICES

WORKER = "expiration-worker"
REDIS_USERS = {"expiration": "expiration", "auth": "limits", "payments": "limits"}
CLIENT_SERVER = ROOT / "client" / ".next" / "standalone" / "server.js"


def services(layout: Layout) -> Iterator[Process]:
    """In the order in which `up` shows them."""
    for service in SERVICES:
        for name in replica_names(layout.settings, service):
            yield web_process(layout, service, name)
    for name in replica_names(layout.settings, WORKER):
        yield worker_process(layout, name)


def web_process(layout: Layout, service: str, name: str) -> Process:
    """One uvicorn with the service's app."""
    return Process(
        name=name,
        tier=Tier.SERVICES,
        command=uvicorn(f"ticketing_{service}.main:app", layout.ports[name]),
        environment=service_environment(layout, service),
        probe=HttpProbe(layout.url("http", name, "/healthz/ready")),
        url=layout.url("http", name),
    )


def uvicorn(app: str, port: int) -> tuple[str, ...]:
    """The command that serves an ASGI app. It trusts X-Forwarded-* from 127.0.0.1 only, where the gateway is."""
    return (
        *(PYTHON, "-m", "uvicorn", app, "--host", HOST, "--port", str(port)),
        *("--http", "ticketing_common.http_protocol:BoundedHttpProtocol"),
        *("--no-access-log", "--no-server-header", "--proxy-headers"),
        *("--timeout-graceful-shutdown", "3"),
    )


def worker_process(layout: Layout, name: str) -> Process:
    """RQ's worker with its scheduler. It serves nothing but its metrics: it is ready when it runs."""
    return Process(
        name=name,
        tier=Tier.SERVICES,
        command=(PYTHON, "-m", "ticketing_expiration.worker"),
        environment={
            **service_environment(layout, "expiration"),
            **tracing_environment(layout, WORKER),
            "WORKER_METRICS_HOST": HOST,
            "WORKER_METRICS_PORT": str(layout.ports[name]),
        },
        url=layout.url("http", name),
    )


def service_environment(layout: Layout, service: str) -> dict[str, str]:
    """Each service's own credentials; only payments gets Stripe's keys, and expiration does not verify sessions."""
    environment = {
        **layout.settings.inherited,
        **tracing_environment(layout, service),
        "PYTHONUNBUFFERED": "1",
        "MONGO_URI": layout.login_url("mongodb", "mongo", layout.credentials.login("mongo", service), f"/{service}"),
        "NATS_URL": layout.login_url("nats", "nats", layout.credentials.login("nats", service)),
    }
    if service in REDIS_USERS:
        login = layout.credentials.login("redis", REDIS_USERS[service])
        environment["REDIS_URL"] = layout.login_url("redis", "redis", login, "/0")
    if service == "expiration":
        return environment
    environment["JWT_SECRET"] = layout.jwt_secret
    if service == "payments":
        environment |= layout.settings.stripe.environment(layout.emulator_url, layout.webhook_secret)
    return environment


def client(layout: Layout) -> Process:
    """Next.js, as built by `make client`. It calls the services through the gateway and has no secrets."""
    return Process(
        name="client",
        tier=Tier.SERVICES,
        command=(layout.binaries["node"], str(CLIENT_SERVER)),
        environment={
            **layout.settings.inherited,
            **tracing_environment(layout, "client"),
            "NODE_ENV": "production",
            "NEXT_TELEMETRY_DISABLED": "1",
            "HOSTNAME": HOST,
            "PORT": str(layout.ports["client"]),
            "API_INTERNAL_URL": f"http://{HOST}:{layout.settings.port}",
            **layout.settings.stripe.page_environment(f"{PAGE_PREFIX}/v3/"),
        },
        # A page that calls no service: the client is ready without them.
        probe=HttpProbe(layout.url("http", "client", "/robots.txt")),
        url=layout.url("http", "client"),
        needs={CLIENT_SERVER: "The web client is not built: run `make client`"},
    )
