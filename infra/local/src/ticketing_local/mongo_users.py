"""The users of the stack's MongoDB: one for each service, with rights on its own database, and the operator."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from pymongo import MongoClient
from pymongo.errors import OperationFailure, PyMongoError

from ticketing_local.credentials import Credentials
from ticketing_local.errors import StackError
from ticketing_local.permissions import OPERATOR
from ticketing_local.probes import HOST
from ticketing_local.settings import SERVICES

_AUTHENTICATION_FAILED = 18
_UNAUTHORIZED = 13
_TIMEOUT_MS = 3_000
_OPERATOR_ROLES = [{"role": "root", "db": "admin"}]
# Journalled, because the services' connections depend on it from now on.
_WRITE_CONCERN = {"w": 1, "j": True}
_Client = MongoClient[dict[str, Any]]


@dataclass(frozen=True)
class MongoUsers:
    """Creates the users that do not exist yet on the mongod that listens on `port`."""

    port: int
    credentials: Credentials

    def ensure(self) -> bool:
        """Whether all exist now; False when mongod could not be asked. Raises StackError on foreign users.

        The operator is the first user, whom MongoDB lets a local client create without a password.
        """
        try:
            if not self._accepts_operator():
                self._create_operator()
            self._create_missing()
        except PyMongoError:
            return False
        return True

    def _accepts_operator(self) -> bool:
        with self._connect_operator() as operator:
            try:
                operator.admin.command("ping")
            except OperationFailure as error:
                if error.code != _AUTHENTICATION_FAILED:
                    raise
                return False
        return True

    def _create_operator(self) -> None:
        with self._connect() as anonymous:
            try:
                self._create(anonymous, "admin", OPERATOR, _OPERATOR_ROLES)
            except OperationFailure as error:
                if error.code != _UNAUTHORIZED:
                    raise
                raise StackError(
                    "MongoDB has users, but not with the password in STATE_DIR/backend-secret: restore that file, or "
                    "delete all state with `ticketing reset`"
                ) from None

    def _create_missing(self) -> None:
        with self._connect_operator() as operator:
            found = operator.admin.command("usersInfo", {"forAllDBs": True})["users"]
            existing = {(user["db"], user["user"]) for user in found}
            for database, user, roles in _users():
                if (database, user) not in existing:
                    self._create(operator, database, user, roles)

    def _create(self, client: _Client, database: str, user: str, roles: list[dict[str, str]]) -> None:
        client[database].command(
            "createUser",
            user,
            pwd=self._password(user),
            roles=roles,
            mechanisms=["SCRAM-SHA-256"],
            writeConcern=_WRITE_CONCERN,
        )

    def _connect_operator(self) -> _Client:
        """Anew for each step: the driver does not use a server for seconds after a refused login."""
        return self._connect(username=OPERATOR, password=self._password(OPERATOR))

    def _connect(self, **login: Any) -> _Client:
        return MongoClient(HOST, self.port, serverSelectionTimeoutMS=_TIMEOUT_MS, socketTimeoutMS=_TIMEOUT_MS, **login)

    def _password(self, user: str) -> str:
        return self.credentials.password("mongo", user)


def _users() -> Iterator[tuple[str, str, list[dict[str, str]]]]:
    """(database, user, roles). The operator exists in each, so that a database can be appended to the URL."""
    for service in SERVICES:
        yield service, service, [{"role": "readWrite", "db": service}]
        yield service, OPERATOR, _OPERATOR_ROLES
