"""For tests: the emulator as a process of its own, and an endpoint that keeps the webhooks it gets."""

import asyncio
import json
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from ticketing_test_support.servers import Server, free_port

WEBHOOK_SECRET = "whsec_only_tests_know_it"


def stripe_emulator(folder: Path, *, port: int | None = None, webhook_url: str | None = None) -> Server:
    """An emulator that keeps its state in `folder`; not started yet."""
    port = port or free_port()
    folder.mkdir(parents=True, exist_ok=True)
    command = [
        *(sys.executable, "-m", "stripe_emulator"),
        *("--port", str(port), "--state-dir", str(folder / "stripe")),
    ]
    if webhook_url is not None:
        command += ["--webhook-url", webhook_url, "--webhook-secret", WEBHOOK_SECRET]
    return Server(command, port, f"http://127.0.0.1:{port}", folder / "stripe.log")


@dataclass(frozen=True)
class Received:
    """A webhook as it came."""

    body: bytes
    signature: str

    @property
    def event(self) -> dict[str, Any]:
        event: dict[str, Any] = json.loads(self.body)
        return event


@dataclass
class WebhookReceiver:
    """An endpoint that keeps what it gets whole and answers 200, or what `answers` holds next."""

    url: str = ""
    received: list[Received] = field(default_factory=list)
    answers: list[int] = field(default_factory=list)

    @property
    def events(self) -> list[dict[str, Any]]:
        """The events, as they came."""
        return [each.event for each in self.received]

    def of(self, intent_id: str) -> list[str]:
        """The types of the events about a PaymentIntent and what belongs to it, as they came."""
        subjects = [(event["type"], event["data"]["object"]) for event in self.events]
        return [kind for kind, about in subjects if intent_id in {about["id"], about.get("payment_intent")}]

    async def until(self, condition: Callable[[], bool], *, within: float = 8.0) -> None:
        """Wait until a condition on what came holds."""
        give_up = time.monotonic() + within
        while not condition():
            if time.monotonic() > give_up:
                came = [event["type"] for event in self.events]
                raise AssertionError(f"what was waited for did not come within {within} s, but {came}")
            await asyncio.sleep(0.02)

    def receive(self, webhook: Received) -> int:
        """Keep a webhook; the status to answer with."""
        self.received.append(webhook)
        return self.answers.pop(0) if self.answers else 200


@contextmanager
def webhook_receiver() -> Iterator[WebhookReceiver]:
    """A receiver on a free port, for as long as the block lasts."""
    receiver = WebhookReceiver()
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(receiver))
    receiver.url = f"http://127.0.0.1:{server.server_address[1]}/webhook"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield receiver
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def _handler(receiver: WebhookReceiver) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            length = int(self.headers["Content-Length"])
            body = self.rfile.read(length)
            if len(body) < length:  # its sender was killed in the middle of it
                return
            self.send_response(receiver.receive(Received(body, self.headers["Stripe-Signature"])))
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Tests' output stays readable."""

    return Handler
