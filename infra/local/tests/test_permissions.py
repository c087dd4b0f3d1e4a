"""The servers' permissions follow from the code of the services."""

from importlib import import_module
from pathlib import Path
from pkgutil import walk_packages
from typing import Any

import pytest
from limits import parse
from limits.aio.storage import RedisStorage

from ticketing_common.errors import TooManyRequests
from ticketing_common.events import Subject
from ticketing_common.messaging import Listener
from ticketing_common.rate_limits import KEY_PREFIX, Limit, RateLimiter
from ticketing_local.credentials import Credentials, mask_password
from ticketing_local.permissions import NATS_USERS, REDIS_RULES, NatsUser
from ticketing_local.settings import SERVICES
from ticketing_test_support.servers import redis_server, started


def listeners(service: str) -> dict[str, str]:
    """Subject by durable consumer."""
    package = import_module(f"ticketing_{service}")
    names = [module.name for module in walk_packages(package.__path__, f"{package.__name__}.")]
    modules = [import_module(name) for name in names if name.endswith(".listeners")]
    made = [made for module in modules for made in vars(module).values()]
    classes = [cls for cls in made if isinstance(cls, type) and issubclass(cls, Listener)]
    return {cls.durable: cls.event.subject.value for cls in classes if "durable" in vars(cls)}


@pytest.mark.parametrize("user", NATS_USERS, ids=lambda user: user.name)
def test_service_may_use_exactly_its_own_consumers(user: NatsUser) -> None:
    assert user.consumers == listeners(user.name)


def test_each_event_has_one_publisher() -> None:
    assert [user.name for user in NATS_USERS] == list(SERVICES)
    owners = {
        subject: [user.name for user in NATS_USERS if subject.startswith(f"{user.events}.")] for subject in Subject
    }
    assert {subject: names for subject, names in owners.items() if len(names) != 1} == {}


def test_passwords_differ_by_server_and_user() -> None:
    credentials = Credentials("a-secret")
    passwords = {credentials.password(server, user) for server in ("mongo", "nats") for user in ("auth", "tickets")}
    assert len(passwords) == 4
    assert Credentials("another").password("mongo", "auth") not in passwords


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("mongodb://ops:p4ss@127.0.0.1:1", "mongodb://ops:***@127.0.0.1:1"),
        ("redis://:p4ss@127.0.0.1:1/0", "redis://:***@127.0.0.1:1/0"),
        ("http://127.0.0.1:8080", "http://127.0.0.1:8080"),
    ],
)
def test_shown_address_has_no_password(url: str, shown: str) -> None:
    assert mask_password(url) == shown


async def test_limits_are_counted_with_the_rights_of_their_user(tmp_path: Path) -> None:
    server = redis_server(tmp_path)
    server.command = (*server.command, "--user", "limits", "on", ">p4ss", *REDIS_RULES["limits"].split())
    limit = Limit("sign-in", parse("1/minute"), ("somebody",), "Too many.")
    with started(server):
        url = f"redis://limits:p4ss@127.0.0.1:{server.port}/0"
        limiter = RateLimiter(url, timeout=5)
        for counted in (False, True):
            async with limiter.attempt(limit) as attempt:
                attempt.counted = counted
        with pytest.raises(TooManyRequests):
            await limiter.hit(limit)
        await limiter.close()
        storage = RedisStorage(url, implementation="redispy", key_prefix=KEY_PREFIX)
        assert await storage.incr("probe", 1) == 1  # as the limiter does while Redis is away
        bridge: Any = storage.bridge
        await bridge.get_connection().aclose()
    assert limiter.status() == "up"
