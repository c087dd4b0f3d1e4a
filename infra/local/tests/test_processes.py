"""The process table: names, commands, and each process's environment."""

from pathlib import Path

import pytest

from ticketing_local.credentials import Credentials
from ticketing_local.processes.process import Layout, Process, port_names
from ticketing_local.processes.table import process_table
from ticketing_local.settings import read_settings

SECRET = "a-jwt-secret"
CREDENTIALS = Credentials("a-backend-secret")


def table(**environ: str) -> dict[str, Process]:
    """The process table with these settings."""
    return {process.name: process for process in process_table(layout_of(**environ))}


def layout_of(**environ: str) -> Layout:
    """A layout with these settings, whose ports are numbered from 20,001 on."""
    settings = read_settings({"STATE_DIR": "/state", **environ})
    ports = {name: number for number, name in enumerate(port_names(settings), start=20_001)}
    servers = ("mongod", "nats-server", "redis-server", "caddy", "node", "prometheus")
    binaries = {name: f"/bin/{name}" for name in servers}
    return Layout(settings, ports, binaries, jwt_secret=SECRET, webhook_secret="whsec_1", credentials=CREDENTIALS)


def test_stack_has_the_documented_processes() -> None:
    infrastructure = ["mongo", "nats", "redis", "stripe"]
    services = ["auth", "tickets", "orders", "payments", "expiration", "expiration-worker"]
    assert list(table()) == [*infrastructure, *services, "client", "gateway"]


def test_replicas_are_numbered_and_have_own_ports() -> None:
    processes = table(REPLICAS="orders=3 auth=1")
    assert [name for name in processes if name.startswith(("orders", "auth"))] == [
        *("auth", "orders-1", "orders-2", "orders-3")
    ]
    assert len({processes[f"orders-{number}"].url for number in (1, 2, 3)}) == 3


def test_each_service_has_its_own_database() -> None:
    processes = table()
    services = ("auth", "tickets", "orders", "payments", "expiration")
    assert [processes[name].environment["MONGO_URI"] for name in services] == [
        f"mongodb://{name}:{CREDENTIALS.password('mongo', name)}@127.0.0.1:20001/{name}" for name in services
    ]
    worker = dict(processes["expiration-worker"].environment)
    metrics = f"http://{worker.pop('WORKER_METRICS_HOST')}:{worker.pop('WORKER_METRICS_PORT')}"
    assert processes["expiration-worker"].url == metrics
    assert metrics.startswith("http://127.0.0.1:")
    assert {**worker, "OTEL_SERVICE_NAME": "expiration"} == processes["expiration"].environment


def test_payments_uses_emulator_without_key() -> None:
    processes = table()
    secret = processes["payments"].environment["STRIPE_WEBHOOK_SECRET"]
    assert processes["payments"].environment["STRIPE_API_BASE"] == processes["stripe"].url
    assert processes["stripe"].environment["STRIPE_WEBHOOK_SECRET"] == secret


@pytest.mark.parametrize("environ", [{}, {"STRIPE_KEY": "sk_test_secret"}])
def test_no_secret_is_on_a_command_line(environ: dict[str, str]) -> None:
    commands = " ".join(part for process in table(**environ).values() for part in process.command)
    assert [secret for secret in (SECRET, "whsec_1", "sk_test") if secret in commands] == []


def test_only_payments_gets_the_stripe_key() -> None:
    processes = table(STRIPE_KEY="sk_test_1", STRIPE_PUBLISHABLE_KEY="pk_test_1")
    assert "stripe" not in processes
    assert "STRIPE_API_BASE" not in processes["payments"].environment
    assert [name for name, process in processes.items() if "STRIPE_KEY" in process.environment] == ["payments"]


def test_client_gets_publishable_key_and_script() -> None:
    emulated, real = table()["client"], table(STRIPE_KEY="sk_test_1", STRIPE_PUBLISHABLE_KEY="pk_test_1")["client"]
    assert emulated.environment["STRIPE_JS_URL"] == "/emulator-stripe/v3/"
    assert real.environment["STRIPE_PUBLISHABLE_KEY"] == "pk_test_1"
    assert "STRIPE_JS_URL" not in real.environment


def test_only_services_with_sessions_get_the_jwt_secret() -> None:
    informed = {name for name, process in table().items() if SECRET in process.environment.values()}
    assert informed == {"auth", "tickets", "orders", "payments"}


def test_window_and_currency_reach_the_services() -> None:
    environment = table(EXPIRATION_WINDOW_SECONDS="5", CURRENCY="eur")["orders"].environment
    assert (environment["EXPIRATION_WINDOW_SECONDS"], environment["CURRENCY"]) == ("5", "eur")


def test_jetstream_syncs_before_acknowledging() -> None:
    assert "sync_interval: always" in table()["nats"].files[Path("/state/run/nats.conf")]
