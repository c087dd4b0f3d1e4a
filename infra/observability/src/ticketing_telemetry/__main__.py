"""`python -m ticketing_telemetry`: serve until SIGTERM."""

import argparse
from pathlib import Path

import uvicorn

from ticketing_telemetry.app import create_app


def main() -> None:
    """Read the arguments and serve."""
    parser = argparse.ArgumentParser(prog="ticketing_telemetry", description="Show traces and dashboards.")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--prometheus", metavar="URL", help="whose values the dashboards show")
    parser.add_argument("--dashboards", type=Path, required=True, metavar="DIR", help="Grafana's dashboards, as JSON")
    arguments = parser.parse_args()
    app = create_app(prometheus_url=arguments.prometheus, dashboards=arguments.dashboards)
    uvicorn.run(
        app,
        host=arguments.host,
        port=arguments.port,
        access_log=False,
        server_header=False,
        log_level="warning",
        timeout_graceful_shutdown=2,
    )


if __name__ == "__main__":
    main()
