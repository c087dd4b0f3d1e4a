"""Run the emulator: `python -m stripe_emulator --port 4242 --state-dir DIR`."""

import logging
import os
import signal
import socket
import sys

import uvicorn
from starlette.applications import Starlette

from stripe_emulator.app import create_app
from stripe_emulator.database import StateInUse
from stripe_emulator.http.endpoint import ClosableProtocol
from stripe_emulator.settings import Settings, read_settings

SHUTDOWN_SECONDS = 2

logger = logging.getLogger("stripe_emulator")


def main() -> int:
    """Serve until SIGTERM or SIGINT; 0, or 2 when it cannot start."""
    settings = read_settings(sys.argv[1:], os.environ)
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s")
    logging.getLogger("httpx").setLevel(logging.WARNING)
    try:
        listener = _listen(settings)
        app = create_app(settings)
    except (OSError, StateInUse) as error:
        print(f"The Stripe emulator cannot start: {error}", file=sys.stderr)
        return 2
    _serve(app, listener)
    return 0


def _listen(settings: Settings) -> socket.socket:
    listener = socket.socket(socket.AF_INET6 if ":" in settings.host else socket.AF_INET)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((settings.host, settings.port))
    except OSError as error:
        listener.close()
        raise OSError(
            f"{settings.host}:{settings.port} is not free ({error.strerror}): choose another --port"
        ) from error
    return listener


def _serve(app: Starlette, listener: socket.socket) -> None:
    for stop in (signal.SIGTERM, signal.SIGINT):  # uvicorn raises the signal again when it is done: exit with code 0
        signal.signal(stop, lambda *_: None)
    config = uvicorn.Config(
        app,
        http=ClosableProtocol,
        log_config=None,
        access_log=False,
        server_header=False,
        lifespan="on",
        timeout_graceful_shutdown=SHUTDOWN_SECONDS,
    )
    host, port = listener.getsockname()[:2]
    logger.info("emulator.started url=http://%s:%d", host, port)
    uvicorn.Server(config).run(sockets=[listener])


if __name__ == "__main__":
    sys.exit(main())
