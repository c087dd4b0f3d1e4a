"""Somebody with a browser: keeps cookies, asks, and says in words what came back."""

import json
import secrets
from dataclasses import dataclass
from typing import Any

import httpx

ASK_SECONDS = 20.0
SHOWN_CHARS = 150


class StoryBroken(Exception):
    """A step did not hold: what was expected, and what came instead."""

    def __init__(self, text: str, expected: str, came: str) -> None:
        super().__init__(text)
        self.text = text
        self.expected = expected
        self.came = came


@dataclass(frozen=True)
class Answer:
    """An HTTP answer."""

    status: int
    body: Any

    def __str__(self) -> str:
        return shown(f"{self.status} {'' if self.body is None else json.dumps(self.body, ensure_ascii=False)}")


class Visitor:
    """One person of the story, with an account of their own."""

    def __init__(self, name: str, url: str) -> None:
        self.name = name
        self.email = f"{name.lower()}-{secrets.token_hex(4)}@example.com"
        self._client = httpx.Client(base_url=url, timeout=ASK_SECONDS, trust_env=False)

    def ask(self, text: str, method: str, path: str, *, expect: int, body: object = None) -> Answer:
        """One request. Raises StoryBroken unless it is answered with this status."""
        try:
            response = self._client.request(method, path, json=body)
        except httpx.HTTPError as error:
            raise StoryBroken(text, f"{expect}", f"no answer ({error or type(error).__name__})") from None
        answer = Answer(response.status_code, _decoded(response))
        if answer.status != expect:
            raise StoryBroken(text, f"{expect}", str(answer))
        return answer

    def close(self) -> None:
        """Close the connections."""
        self._client.close()


def shown(text: str) -> str:
    """Cut to what fits a line or two."""
    return text.strip() if len(text) <= SHOWN_CHARS else f"{text[:SHOWN_CHARS].strip()} …"


def _decoded(response: httpx.Response) -> Any:
    try:
        return response.json() if response.content else None
    except ValueError:
        return response.text
