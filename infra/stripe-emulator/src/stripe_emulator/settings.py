"""Where the emulator listens, keeps its state and sends its webhooks."""

import argparse
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

PORTS = range(65536)
# Where Docker mounts secrets.
SECRET_FILE = Path("/run/secrets/STRIPE_WEBHOOK_SECRET")


@dataclass(frozen=True)
class Settings:
    """The command line and the environment; the webhook URL and secret are both set or both None."""

    host: str
    port: int
    state_dir: Path
    webhook_url: str | None = None
    webhook_secret: str | None = None


def read_settings(
    arguments: Sequence[str], environment: Mapping[str, str], secret_file: Path = SECRET_FILE
) -> Settings:
    """Read the options. The secret comes from STRIPE_WEBHOOK_SECRET, else from a file: anybody can see command lines.

    Raises:
        SystemExit: with code 2 and one line that says what to set.
    """
    parser = _parser(environment)
    options = parser.parse_args(arguments)
    if options.port not in PORTS:
        parser.error(f"--port {options.port} is invalid: give a port from 0 (any free one) to 65535")
    if options.webhook_url is None:
        return Settings(**vars(options))
    if not _is_http_url(options.webhook_url):
        parser.error("invalid --webhook-url (STRIPE_WEBHOOK_URL): give a URL such as http://127.0.0.1:8080/webhook")
    secret = environment.get("STRIPE_WEBHOOK_SECRET") or _read(secret_file)
    if not secret:
        parser.error("webhooks are signed: set STRIPE_WEBHOOK_SECRET in the environment")
    return Settings(**vars(options), webhook_secret=secret)


def _parser(environment: Mapping[str, str]) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m stripe_emulator",
        description="A stand-in for Stripe, for development and tests.",
        epilog="Webhooks are signed with STRIPE_WEBHOOK_SECRET, which is read from the environment.",
    )
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on (default: %(default)s)")
    parser.add_argument("--port", type=int, required=True, help="port to listen on; 0 takes any free one")
    parser.add_argument("--state-dir", type=Path, required=True, help="directory of the state; created if missing")
    url = environment.get("STRIPE_WEBHOOK_URL") or None
    parser.add_argument("--webhook-url", default=url, help="webhook endpoint (STRIPE_WEBHOOK_URL); default: none")
    return parser


def _read(file: Path) -> str | None:
    return file.read_text().strip() if file.is_file() else None


def _is_http_url(url: str) -> bool:
    try:
        parts = urlsplit(url)
        return parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
    except ValueError:  # the port is not a number
        return False
