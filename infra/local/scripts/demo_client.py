"""The demo's users: each keeps its own session and checks the status of every response."""

import json
import secrets
from dataclasses import dataclass
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

    def request(self, step: str, method: str, path: str, *, expect: int, body: object = None) -> Response:
        """Raises StepFailed unless the response has this status."""
        try:
            response = self._client.request(method, path, json=body)
        except httpx.HTTPError as error:
            raise StepFailed(step, f"{expect}", f"no response ({error or type(error).__name__})") from None
        result = Response(response.status_code, _decoded(response))
        if result.status != expect:
            raise StepFailed(step, f"{expect}", str(result))
        return result

    def close(self) -> None:
        """Close the connections."""
        self._client.close()


def shorten(text: str) -> str:
    """Cut to a line or two."""
    return text.strip() if len(text) <= MAX_CHARS else f"{text[:MAX_CHARS].strip()} …"


def _decoded(response: httpx.Response) -> Any:
    try:
        return response.json() if response.content else None
    except ValueError:
        return response.text
