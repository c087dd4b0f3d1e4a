"""What OBSERVABILITY=1 adds, and where spans go."""

import dataclasses
import json
from pathlib import Path
from typing import Any

import pytest
from infra.local.tests.test_processes import layout_of, table

from ticketing_local.commands.up import banner
from ticketing_local.processes.table import process_table
from ticketing_local.settings import read_settings
from ticketing_local.state import StateDir

TRACED = ("auth", "tickets", "orders", "payments", "expiration", "expiration-worker", "client")
ADDED = ["exporter", "prometheus", "telemetry"]


def scraped(**environ: str) -> dict[str, dict[str, str]]:
    """The instances that Prometheus scrapes, with their targets, by job."""
    (text,) = table(OBSERVABILITY="1", **environ)["prometheus"].files.values()
    config: Any = json.loads(text)
    return {
        job["job_name"]: {one["labels"]["instance"]: one["targets"][0] for one in job["static_configs"]}
        for job in config["scrape_configs"]
    }


def test_nothing_more_runs_without_the_setting() -> None:
    assert [name for name in table(OBSERVABILITY="1") if name not in table()] == ADDED
    assert list(table(OBSERVABILITY="0")) == list(table())


def test_stack_works_without_prometheus() -> None:
    layout = layout_of(OBSERVABILITY="1")
    without = dataclasses.replace(layout, binaries={k: v for k, v in layout.binaries.items() if k != "prometheus"})
    processes = {process.name: process for process in process_table(without)}
    assert "prometheus" not in processes
    assert "--prometheus" not in processes["telemetry"].command


def test_every_process_with_metrics_is_scraped() -> None:
    jobs = scraped(REPLICAS="orders=2 expiration-worker=2")
    assert list(jobs) == ["auth", "tickets", "orders", "payments", "expiration", "expiration-worker", "exporter"]
    assert list(jobs["orders"]) == ["orders-1", "orders-2"]
    processes = table(OBSERVABILITY="1", REPLICAS="orders=2 expiration-worker=2")
    assert processes["orders-2"].url == f"http://{jobs['orders']['orders-2']}"
    assert processes["expiration-worker-2"].url == f"http://{jobs['expiration-worker']['expiration-worker-2']}"


def test_rules_of_the_repository_are_loaded() -> None:
    (text,) = table(OBSERVABILITY="1")["prometheus"].files.values()
    (pattern,) = json.loads(text)["rule_files"]
    assert Path(pattern).parent.parts[-3:] == ("infra", "observability", "rules")


def test_spans_go_to_telemetry() -> None:
    processes = table(OBSERVABILITY="1", REPLICAS="orders=2")
    environment = processes["orders-2"].environment
    assert environment["OTEL_EXPORTER_OTLP_ENDPOINT"] == processes["telemetry"].url
    assert environment["OTEL_SERVICE_NAME"] == "orders"
    assert {processes[name].environment["OTEL_SERVICE_NAME"] for name in TRACED if name != "orders"} == {
        *(name for name in TRACED if name != "orders")
    }


def test_spans_go_nowhere_by_default() -> None:
    assert "OTEL_EXPORTER_OTLP_ENDPOINT" not in table()["orders"].environment


@pytest.mark.parametrize("name", ["OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT"])
def test_endpoint_of_the_environment_has_priority(name: str) -> None:
    given = {name: "http://collector:4318", "OTEL_TRACES_SAMPLER_ARG": "0.1", "OTEL_SERVICE_NAME": "mine"}
    environment = table(OBSERVABILITY="1", **given)["tickets"].environment
    endpoints = {name: value for name, value in environment.items() if name.endswith("ENDPOINT")}
    assert endpoints == {name: "http://collector:4318"}
    assert (environment["OTEL_TRACES_SAMPLER_ARG"], environment["OTEL_SERVICE_NAME"]) == ("0.1", "tickets")


def test_exporter_can_only_read() -> None:
    assert "nats://exporter:" in table(OBSERVABILITY="1")["exporter"].environment["NATS_URL"]


def test_start_prints_where_to_look() -> None:
    settings = read_settings({"STATE_DIR": "/state", "OBSERVABILITY": "1"})
    urls = {"telemetry": "http://127.0.0.1:20010", "prometheus": "http://127.0.0.1:20011"}
    text = banner(settings, StateDir(settings.state_dir), urls)
    assert "  traces           http://127.0.0.1:20010\n" in text
    assert "  dashboards       http://127.0.0.1:20010/dashboards\n" in text
    assert "  metrics          http://127.0.0.1:20011\n" in text
