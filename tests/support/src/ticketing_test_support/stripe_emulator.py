"""The Stripe emulator as a process, and an endpoint that records the webhooks it receives."""

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

WEBHOOK_SECRET = "whsec_only_for_tests"


def stripe_emulator(folder: Path, *, port: int | None = None, webhook_url: str | None = None) -> Server:
    """An emulator that keeps its state in `folder`; not started yet."""
    port = port or free_port()
    folder.mkdir(parents=True, exist_ok=True)
    command = [
        *(sys.executable, "-m", "stripe_emulator"),
        *("--port", str(port), "--state-dir", str(folder / "stripe")),
    ]
    if webhook_url is not None:
        command += ["--webhook-url", webhook_url]
    environment = {"STRIPE_WEBHOOK_SECRET": WEBHOOK_SECRET}
    return Server(command, port, f"http://127.0.0.1:{port}", folder / "stripe.log", environment)


@dataclass(frozen=True)
class ReceivedWebhook:
    """The body as sent, and its `Stripe-Signature`."""

    body: bytes
    signature: str

    @property
    def event(self) -> dict[str, Any]:
        event: dict[str, Any] = json.loads(self.body)
        return event


@dataclass
class WebhookReceiver:
    """An endpoint that records complete webhooks and responds with the next of `statuses`, or 200."""

    url: str = ""
    received: list[ReceivedWebhook] = field(default_factory=list)
    statuses: list[int] = field(default_factory=list)

    @property
    def events(self) -> list[dict[str, Any]]:
        """The events, in order of arrival."""
        return [webhook.event for webhook in self.received]

    def types_for(self, intent_id: str) -> list[str]:
        """The types of the events about a PaymentIntent and its charges, refunds and disputes, in order of arrival."""
        subjects = [(event["type"], event["data"]["object"]) for event in self.events]
        return [kind for kind, subject in subjects if intent_id in {subject["id"], subject.get("payment_intent")}]

    async def wait_until(self, condition: Callable[[], bool], *, within: float = 8.0) -> None:
        """Wait until a condition on the received webhooks holds."""
        deadline = time.monotonic() + within
        while not condition():
            if time.monotonic() > deadline:
                types = [event["type"] for event in self.events]
                raise AssertionError(f"the expected webhooks did not arrive within {within} s, only {types}")
            await asyncio.sleep(0.02)

    def receive(self, webhook: ReceivedWebhook) -> int:
        """Record a webhook; the status of the response."""
        self.received.append(webhook)
        return self.statuses.pop(0) if self.statuses else 200


@contextmanager
def webhook_receiver() -> Iterator[WebhookReceiver]:
    """A receiver on a free port, for the duration of the block."""
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
            if len(body) < length:  # the sender was killed while sending
                return
            self.send_response(receiver.receive(ReceivedWebhook(body, self.headers["Stripe-Signature"])))
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Keep the tests' output readable."""

    return Handler
