"""Prometheus with the alert rules of infra/observability, in which time passes faster."""

import contextlib
import json
import re
import socketserver
import ssl
import subprocess
import threading
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from ticketing_local.debian import find_program
from ticketing_test_support.servers import accepts, free_port
from ticketing_test_support.waiting import wait_until

RULES = Path(__file__).parents[2] / "infra" / "observability" / "rules"
REPOSITORY = "https://example.org/ticketing"
# Windows, `for` and the intervals of groups are this much shorter: five minutes are 2.5 s. Expressions stay the same.
FACTOR = 120
SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86_400}
DURATION = re.compile(r"(?:(?<=\[)|(?<=offset )|(?<=for: )|(?<=interval: ))(\d+)([smhd])\b")
TLS = {"tls": True, "tls_config": {"insecure_skip_verify": True}}
BLACKBOX = {"modules": {"tls": {"prober": "tcp", "timeout": "2s", "tcp": TLS}}}


def accelerated(text: str) -> str:
    """A file of rules with shorter durations. Names, such as `ratio5m`, are no durations."""

    def shorter(found: re.Match[str]) -> str:
        return f"{int(found[1]) * SECONDS[found[2]] * 1000 // FACTOR}ms"

    return DURATION.sub(shorter, text)


@dataclass(frozen=True)
class Prometheus:
    """A running one."""

    url: str

    def firing(self) -> dict[str, list[dict[str, Any]]]:
        """The alerts that fire now, by name."""
        found: dict[str, list[dict[str, Any]]] = {}
        for alert in self._get("alerts")["alerts"]:
            if alert["state"] == "firing":
                found.setdefault(alert["labels"]["alertname"], []).append(alert)
        return found

    def value(self, expression: str) -> float | None:
        """Of its first series now; None without any."""
        found = self._get("query", query=expression)["result"]
        return float(found[0]["value"][1]) if found else None

    def _get(self, path: str, **parameters: str) -> dict[str, Any]:
        response = httpx.get(f"{self.url}/api/v1/{path}", params=parameters, timeout=30, trust_env=False)
        data: dict[str, Any] = response.raise_for_status().json()["data"]
        return data


@contextlib.contextmanager
def running_prometheus(folder: Path, jobs: Mapping[str, Sequence[int]], site: str) -> Iterator[Prometheus]:
    """It scrapes the ports of each job, and probes `site` by TLS."""
    port, probe = free_port(), free_port()
    (folder / "rules").mkdir()
    for path in RULES.glob("*.yaml"):
        (folder / "rules" / path.name).write_text(accelerated(path.read_text()))
    (folder / "blackbox.json").write_text(json.dumps(BLACKBOX))
    (folder / "prometheus.json").write_text(json.dumps(_configuration(jobs, site, probe)))
    blackbox = (f"--config.file={folder}/blackbox.json", f"--web.listen-address=127.0.0.1:{probe}")
    server = (
        *(f"--config.file={folder}/prometheus.json", f"--storage.tsdb.path={folder}/data"),
        *(f"--web.listen-address=127.0.0.1:{port}", "--log.level=warn"),
    )
    with (
        _process("prometheus-blackbox-exporter", blackbox, probe, folder),
        _process("prometheus", server, port, folder),
    ):
        prometheus = Prometheus(f"http://127.0.0.1:{port}")
        # Counters that are not there five minutes ago count as new, unless Prometheus was not there either.
        expression = accelerated("count(up offset 5m)")
        wait_until(lambda: prometheus.value(expression) is not None, within=60, what="the first scrapes")
        yield prometheus


def _configuration(jobs: Mapping[str, Sequence[int]], site: str, probe: int) -> dict[str, Any]:
    scrapes: list[dict[str, Any]] = [
        {"job_name": job, "static_configs": [{"targets": [f"127.0.0.1:{port}" for port in ports]}]}
        for job, ports in jobs.items()
    ]
    scrapes.append(
        {
            "job_name": "site",
            "metrics_path": "/probe",
            # The blackbox exporter stops probing half a second before Prometheus would.
            "scrape_interval": "2s",
            "scrape_timeout": "2s",
            "params": {"module": ["tls"], "target": [site]},
            "static_configs": [{"targets": [f"127.0.0.1:{probe}"], "labels": {"instance": site}}],
        }
    )
    return {
        "global": {
            "scrape_interval": "500ms",
            "scrape_timeout": "500ms",
            "evaluation_interval": "250ms",
            "external_labels": {"repository": REPOSITORY},
        },
        "rule_files": ["rules/*.yaml"],
        "scrape_configs": scrapes,
    }


@contextlib.contextmanager
def _process(name: str, arguments: Sequence[str], port: int, folder: Path) -> Iterator[None]:
    with (
        (folder / f"{name}.log").open("w") as log,
        subprocess.Popen([find_program(name), *arguments], stdout=log, stderr=log) as process,
    ):
        try:
            wait_until(lambda: accepts(port), within=60, what=f"{name} listening")
            yield
        finally:
            process.terminate()


@dataclass
class Site:
    """A TLS server on loopback whose certificate ends in so many days."""

    folder: Path
    port: int
    server: "_TlsServer | None" = None

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self.port}"

    def start(self, *, days: int) -> None:
        """Serve with a new certificate."""
        self.stop()
        pem = str(self.folder / "site.pem")
        make = ("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=localhost")
        files = ("-days", str(days), "-keyout", pem, "-out", f"{pem}.crt")
        subprocess.run([*make, *files], check=True, capture_output=True)
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(f"{pem}.crt", pem)
        self.server = _TlsServer(("127.0.0.1", self.port), context)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def stop(self) -> None:
        """Refuse connections."""
        if self.server is not None:
            self.server.shutdown()
            self.server.server_close()
            self.server = None


class _TlsServer(socketserver.ThreadingTCPServer):
    """It says nothing: the handshake is what is probed."""

    allow_reuse_address = True
    daemon_threads = True

    def __init__(self, address: tuple[str, int], context: ssl.SSLContext) -> None:
        super().__init__(address, _Handler)
        self.context = context


class _Handler(socketserver.BaseRequestHandler):
    server: _TlsServer

    def handle(self) -> None:
        with (
            contextlib.suppress(OSError),
            self.server.context.wrap_socket(self.request, server_side=True) as connection,
        ):
            connection.recv(1)
