"""Where the emulator listens, keeps its state and sends its webhooks: options, or the environment."""

import argparse
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

PORTS = range(65536)


@dataclass(frozen=True)
class Settings:
    """What `python -m stripe_emulator` was told."""

    host: str
    port: int
    state_dir: Path
    webhook_url: str | None = None
    webhook_secret: str | None = None


def read_settings(arguments: Sequence[str], environment: Mapping[str, str]) -> Settings:
    """Read the command line; STRIPE_WEBHOOK_URL and STRIPE_WEBHOOK_SECRET stand in for their options.

    Raises:
        SystemExit: with code 2 and one line that says what to set.
    """
    parser = _parser(environment)
    settings = Settings(**vars(parser.parse_args(arguments)))
    if settings.port not in PORTS:
        parser.error(f"--port {settings.port} is no port: give one from 0 (any free one) to 65535")
    if settings.webhook_url is not None:
        _check_webhook(parser, settings.webhook_url, settings.webhook_secret)
    return settings


def _parser(environment: Mapping[str, str]) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="stripe_emulator", description="A small Stripe for one machine.")
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on (default: %(default)s)")
    parser.add_argument("--port", type=int, required=True, help="port to listen on; 0 takes any free one")
    parser.add_argument("--state-dir", type=Path, required=True, help="folder of the state; created if it is missing")
    url = environment.get("STRIPE_WEBHOOK_URL") or None
    parser.add_argument("--webhook-url", default=url, help="where events are sent (STRIPE_WEBHOOK_URL); none: nowhere")
    secret = environment.get("STRIPE_WEBHOOK_SECRET") or None
    parser.add_argument("--webhook-secret", default=secret, help="what events are signed with (STRIPE_WEBHOOK_SECRET)")
    return parser


def _check_webhook(parser: argparse.ArgumentParser, url: str, secret: str | None) -> None:
    if not _is_web_address(url):
        parser.error(
            "the webhook URL is no URL: set --webhook-url (STRIPE_WEBHOOK_URL) like http://127.0.0.1:8080/webhook"
        )
    if not secret:
        parser.error("webhooks need a secret to be signed with: set --webhook-secret or STRIPE_WEBHOOK_SECRET")


def _is_web_address(url: str) -> bool:
    try:
        parts = urlsplit(url)
        return parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
    except ValueError:  # the port is no number
        return False
