"""Sessions of every kind, and what one of the users has created: for the table of who may call which route."""

import base64
import json
import secrets
from datetime import UTC, datetime, timedelta
from http import HTTPStatus

import httpx
import jwt

from ticketing_common.mongo import new_id
from ticketing_common.tokens import issue
from ticketing_local.state import StateDir
from ticketing_test_support.api import Json, created
from ticketing_test_support.stack import Stack
from ticketing_test_support.waiting import eventually

# By service: a request that needs the session and changes nothing.
_PROBES = {
    "auth": ("GET", "/api/users/currentuser"),
    "tickets": ("GET", "/api/tickets?seller=me"),
    "orders": ("GET", "/api/orders"),
    "payments": ("POST", "/api/payments"),
}


class Person:
    """A user, and tokens of new sessions of theirs."""

    def __init__(self, jwt_secret: str) -> None:
        self.id = new_id()
        self.email = f"{secrets.token_hex(6)}@example.com"
        self._jwt_secret = jwt_secret

    async def sign_up(self, http: httpx.AsyncClient, password: str) -> None:
        """Create the account."""
        self.id = created(await http.post("/api/users/signup", json={"email": self.email, "password": password}))["id"]

    def token(self, *, jwt_secret: str | None = None, age: timedelta = timedelta(0)) -> str:
        """Valid, unless it is signed with another key or too old."""
        key, now = jwt_secret or self._jwt_secret, datetime.now(UTC) - age
        return issue(user_id=self.id, email=self.email, secret=key, now=now)


class Callers:
    """`owner` and `other`, and everybody who pretends to be the owner."""

    def __init__(self, http: httpx.AsyncClient, stack: Stack) -> None:
        self.http = http
        jwt_secret = StateDir(stack.state_dir).secret("jwt-secret")
        self.owner, self.other = Person(jwt_secret), Person(jwt_secret)
        self._urls = stack.urls()
        self._order: Json = {}

    async def ticket(self) -> Json:
        """A new ticket of the owner's."""
        return created(await self.send("POST", "/api/tickets", self.owner.token(), {"title": "Opera", "price": 240}))

    async def order(self) -> Json:
        """The owner's order, the same at each call."""
        if not self._order:
            body = {"ticketId": (await self.ticket())["id"]}
            self._order = created(await self.send("POST", "/api/orders", self.owner.token(), body))
        return self._order

    async def sessions(self) -> dict[str, list[str | None]]:
        """Tokens by the kind of session."""
        return {
            "anonymous": [None],
            "expired": [self.owner.token(age=timedelta(days=8))],
            "forged": [self.owner.token(jwt_secret="x" * 40), self._unsigned(), self._changed()],
            "revoked": [await self._revoked()],
            "other": [self.other.token()],
            "owner": [self.owner.token()],
        }

    async def send(self, method: str, path: str, token: str | None, body: Json | None = None) -> httpx.Response:
        """The response; a 404 is repeated, because an event may not have arrived yet."""
        responses: list[httpx.Response] = []

        async def known() -> bool:
            responses.append(await self._request(method, path, token, body))
            return responses[-1].status_code != HTTPStatus.NOT_FOUND

        await eventually(known, what=f"{method} {path} knowing the id")
        return responses[-1]

    async def _request(self, method: str, path: str, token: str | None, body: Json | None) -> httpx.Response:
        async with self.http.stream(method, path, headers=_cookie(token), json=body) as response:
            if response.headers.get("Content-Type", "").partition(";")[0] != "text/event-stream":  # it has no end
                await response.aread()
        return response

    def _unsigned(self) -> str:
        claims = jwt.decode(self.owner.token(), options={"verify_signature": False})
        return jwt.encode(claims, None, algorithm="none")

    def _changed(self) -> str:
        """The other user's token with the owner's id in it."""
        head, body, signature = self.other.token().split(".")
        claims = json.loads(base64.urlsafe_b64decode(body + "==")) | {"id": self.owner.id}
        return f"{head}.{base64.urlsafe_b64encode(json.dumps(claims).encode()).rstrip(b'=').decode()}.{signature}"

    async def _revoked(self) -> str:
        """The owner's token after sign-out, once every process knows it."""
        token = self.owner.token()
        await self.send("POST", "/api/users/signout", token)
        for name, url in self._urls.items():
            method, path = _PROBES.get(name.split("-")[0], (None, ""))

            async def refused(method: str | None = method, url: str = f"{url}{path}") -> bool:
                response = await self.http.request(method or "", url, headers=_cookie(token), json={})
                return response.status_code == HTTPStatus.UNAUTHORIZED or response.json() == {"currentUser": None}

            if method is not None:
                await eventually(refused, what=f"{name} refusing the revoked session")
        return token


def _cookie(token: str | None) -> dict[str, str]:
    return {"Cookie": f"session={token}"} if token else {}
