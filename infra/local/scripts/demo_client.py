"""The demo's users: each keeps its own session and checks the status of every response."""

import json
import secrets
import threading
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

import httpx

TIMEOUT_SECONDS = 20.0
MAX_CHARS = 150


class StepFailed(Exception):
    """A step of the demo failed: what was expected, and what happened."""

    def __init__(self, step: str, expected: str, actual: str) -> None:
        super().__init__(step)
        self.step = step
        self.expected = expected
        self.actual = actual


@dataclass(frozen=True)
class Response:
    """A status and a decoded body."""

    status: int
    body: Any

    def __str__(self) -> str:
        return shorten(f"{self.status} {'' if self.body is None else json.dumps(self.body, ensure_ascii=False)}")


class DemoUser:
    """One user with an account and a session."""

    def __init__(self, name: str, url: str) -> None:
        self.name = name
        self.email = f"{name.lower()}-{secrets.token_hex(4)}@example.com"
        self._client = httpx.Client(base_url=url, timeout=TIMEOUT_SECONDS, trust_env=False)

    def request(
        self,
        step: str,
        method: str,
        path: str,
        *,
        expect: int,
        body: object = None,
        headers: Mapping[str, str] | None = None,
    ) -> Response:
        """Raises StepFailed unless the response has this status."""
        try:
            response = self._client.request(method, path, json=body, headers=headers)
        except httpx.HTTPError as error:
            raise StepFailed(step, f"{expect}", f"no response ({error or type(error).__name__})") from None
        result = Response(response.status_code, _decoded(response))
        if result.status != expect:
            raise StepFailed(step, f"{expect}", str(result))
        return result

    def follow(self, step: str, path: str) -> "EventLog":
        """What the stream tells from now on. Raises StepFailed."""
        try:
            response = self._client.send(self._client.build_request("GET", path, timeout=None), stream=True)
        except httpx.HTTPError as error:
            raise StepFailed(step, "200", f"no response ({error or type(error).__name__})") from None
        if response.status_code != HTTPStatus.OK:
            raise StepFailed(step, "200", f"{response.status_code}")
        return EventLog(response)

    def close(self) -> None:
        """Close the connections."""
        self._client.close()


class EventLog:
    """The events of an open stream (text/event-stream), read by a thread of its own."""

    def __init__(self, response: httpx.Response) -> None:
        self.events: list[tuple[str, Any]] = []
        lines = response.iter_lines()
        next(lines)  # the stream has begun: it tells what happens from now on
        threading.Thread(target=self._read, args=(lines,), daemon=True).start()

    def find(self, event: str, ticket_id: str) -> str | None:
        """The event of this kind about this ticket, if it has come."""
        found = (data for kind, data in list(self.events) if kind == event and data["id"] == ticket_id)
        data = next(found, None)
        return None if data is None else shorten(f"event: {event}  data: {json.dumps(data, ensure_ascii=False)}")

    def _read(self, lines: Iterable[str]) -> None:
        kind = ""
        with suppress(httpx.HTTPError):  # the demo has ended
            for line in lines:
                field, _, value = line.partition(": ")
                if field == "event":
                    kind = value
                elif field == "data":
                    self.events.append((kind, json.loads(value)))


def shorten(text: str) -> str:
    """Cut to a line or two."""
    return text.strip() if len(text) <= MAX_CHARS else f"{text[:MAX_CHARS].strip()} …"


def _decoded(response: httpx.Response) -> Any:
    try:
        return response.json() if response.content else None
    except ValueError:
        return response.text
