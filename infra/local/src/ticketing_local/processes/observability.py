"""With OBSERVABILITY=1: the exporter, Prometheus if there is one, and the view of traces and dashboards."""

import json
from collections.abc import Iterator

from ticketing_local.permissions import EXPORTER
from ticketing_local.probes import HOST, HttpProbe
from ticketing_local.processes.process import PYTHON, Layout, Process, Tier, replica_names
from ticketing_local.settings import REPLICABLE, ROOT

OBSERVABILITY = ROOT / "infra" / "observability"
SCRAPE_INTERVAL = "5s"
RETENTION = "512MB"


def observability(layout: Layout) -> Iterator[Process]:
    """In the order in which `up` shows them."""
    if layout.settings.observability:
        yield exporter(layout)
        if "prometheus" in layout.binaries:
            yield prometheus(layout)
        yield telemetry(layout)


def exporter(layout: Layout) -> Process:
    """Metrics of NATS, seen from outside the services."""
    return Process(
        name="exporter",
        tier=Tier.SERVICES,
        command=(PYTHON, "-m", "ticketing_ops.exporter"),
        environment={
            **layout.settings.inherited,
            "NATS_URL": layout.login_url("nats", "nats", layout.credentials.login("nats", EXPORTER)),
            "NATS_MONITOR_URL": layout.url("http", "nats-monitor"),
            "METRICS_HOST": HOST,
            "METRICS_PORT": str(layout.ports["exporter"]),
        },
        probe=HttpProbe(layout.url("http", "exporter", "/healthz")),
        url=layout.url("http", "exporter"),
    )


def prometheus(layout: Layout) -> Process:
    """Scrapes all processes, and evaluates the alert rules of the repository."""
    config = layout.settings.state_dir / "run" / "prometheus.yml"
    data = layout.folder("prometheus")
    return Process(
        name="prometheus",
        tier=Tier.INFRASTRUCTURE,
        command=(
            *(layout.binaries["prometheus"], f"--config.file={config}", f"--storage.tsdb.path={data}"),
            *(f"--storage.tsdb.retention.size={RETENTION}", "--log.level=warn"),
            f"--web.listen-address={HOST}:{layout.ports['prometheus']}",
        ),
        environment=layout.settings.inherited,
        probe=HttpProbe(layout.url("http", "prometheus", "/-/ready")),
        url=layout.url("http", "prometheus"),
        folders=(data,),
        files={config: json.dumps(prometheus_config(layout), indent=2)},
    )


def prometheus_config(layout: Layout) -> dict[str, object]:
    """JSON is YAML, too. As in a cluster, a job is a service and an instance one of its processes."""
    return {
        "global": {
            "scrape_interval": SCRAPE_INTERVAL,
            "evaluation_interval": SCRAPE_INTERVAL,
            "external_labels": {"repository": str(ROOT)},  # where the alerts' runbook is
        },
        "rule_files": [str(OBSERVABILITY / "rules" / "*.yaml")],
        "scrape_configs": [
            *(_scrape(layout, service, replica_names(layout.settings, service)) for service in REPLICABLE),
            _scrape(layout, "exporter", ["exporter"]),
        ],
    }


def _scrape(layout: Layout, job: str, instances: list[str]) -> dict[str, object]:
    return {
        "job_name": job,
        "static_configs": [
            {"targets": [f"{HOST}:{layout.ports[instance]}"], "labels": {"instance": instance}}
            for instance in instances
        ],
    }


def telemetry(layout: Layout) -> Process:
    """Receives the spans. It stops after the processes that send them."""
    queries = ("--prometheus", layout.url("http", "prometheus")) if "prometheus" in layout.binaries else ()
    return Process(
        name="telemetry",
        tier=Tier.INFRASTRUCTURE,
        command=(
            *(PYTHON, "-m", "ticketing_telemetry", "--host", HOST, "--port", str(layout.ports["telemetry"])),
            *("--dashboards", str(OBSERVABILITY / "dashboards"), *queries),
        ),
        environment=layout.settings.inherited,
        probe=HttpProbe(layout.url("http", "telemetry", "/healthz/live")),
        url=layout.url("http", "telemetry"),
    )
