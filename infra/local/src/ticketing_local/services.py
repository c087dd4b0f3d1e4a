"""The five services and the expiration worker, with the same settings by name as in Kubernetes."""

from collections.abc import Iterator

from ticketing_local.layout import PYTHON, Layout, replica_names
from ticketing_local.probes import HOST, HttpProbe
from ticketing_local.process import Process, Tier
from ticketing_local.settings import SERVICES

WORKER = "expiration-worker"


def services(layout: Layout) -> Iterator[Process]:
    """In the order in which `up` shows them."""
    for service in SERVICES:
        for name in replica_names(layout.settings, service):
            yield web_process(layout, service, name)
    for name in replica_names(layout.settings, WORKER):
        yield worker_process(layout, name)


def web_process(layout: Layout, service: str, name: str) -> Process:
    """One uvicorn. It trusts X-Forwarded-* because only the gateway reaches it."""
    return Process(
        name=name,
        tier=Tier.SERVICES,
        command=(
            *(PYTHON, "-m", "uvicorn", f"ticketing_{service}.main:app", "--host", HOST),
            *("--port", str(layout.ports[name]), "--no-access-log", "--no-server-header"),
            *("--proxy-headers", "--forwarded-allow-ips", "*", "--timeout-graceful-shutdown", "3"),
        ),
        environment=service_environment(layout, service),
        probe=HttpProbe(layout.url("http", name, "/healthz/ready")),
        url=layout.url("http", name),
    )


def worker_process(layout: Layout, name: str) -> Process:
    """RQ's worker with its scheduler; it answers nobody, so running is all that can be asked."""
    return Process(
        name=name,
        tier=Tier.SERVICES,
        command=(PYTHON, "-m", "ticketing_expiration.worker"),
        environment=service_environment(layout, "expiration"),
    )


def service_environment(layout: Layout, service: str) -> dict[str, str]:
    """Only payments knows Stripe's keys, and expiration has no session to check."""
    environment = {
        **layout.settings.inherited,
        "PYTHONUNBUFFERED": "1",
        "MONGO_URI": layout.url("mongodb", "mongo", f"/{service}"),
        "NATS_URL": layout.url("nats", "nats"),
    }
    if service == "expiration":
        return {**environment, "REDIS_URL": layout.url("redis", "redis", "/0")}
    environment["JWT_SECRET"] = layout.jwt_secret
    if service == "payments":
        environment |= layout.settings.stripe.environment(layout.emulator_url, layout.webhook_secret)
    return environment
