"""One mailbox has one account, however its address is written; two mailboxes have two."""

import time
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest
from auth.tests.conftest import settings

from ticketing_auth.app import create_app
from ticketing_auth.email_upgrade import EmailUpgrade
from ticketing_auth.emails import parse_email
from ticketing_auth.store import INDEXES, MongoUserStore
from ticketing_test_support.accounts import account_deps
from ticketing_test_support.apps import served_in_memory
from ticketing_test_support.memory import InMemoryDatabase
from ticketing_test_support.mongo import database_at

PASSWORD = "open sesame"
GERMAN = "a@stra\u00dfe.de"
SPELLINGS = [
    "a@b\u00fccher.example",
    "a@bu\u0308cher.example",
    "A@B\u00dcCHER.example",
    "a@xn--bcher-kva.example",
    "a@XN--BCHER-KVA.EXAMPLE",
    "a@b\u00fccher\u3002example",
    "a@\uff42\u00fc\uff43\uff48\uff45\uff52\uff0e\uff45\uff58ample",
]


@pytest.mark.parametrize(
    ("text", "normalized", "key"),
    [
        (" Some.One+tag@EXAMPLE.com\n", "Some.One+tag@example.com", "some.one+tag@example.com"),
        ("Jose\u0301@example.com", "Jos\u00e9@example.com", "jos\u00e9@example.com"),
        *((spelling, f"{spelling[0]}@b\u00fccher.example", "a@b\u00fccher.example") for spelling in SPELLINGS),
        (GERMAN, GERMAN, GERMAN),
        ("a@xn--strae-oqa.de", GERMAN, GERMAN),
        ("a@STRASSE.de", "a@strasse.de", "a@strasse.de"),
        ("Dev@Shop.TEST", "Dev@shop.test", "dev@shop.test"),
        ("dev@shop\u3002\uff54est", "dev@shop.test", "dev@shop.test"),
        ("dev@my.shop.te\ufb06", "dev@my.shop.test", "dev@my.shop.test"),
        ("dev@b\u00fccher.localhost", "dev@b\u00fccher.localhost", "dev@b\u00fccher.localhost"),
        ("dev@xn--bcher-kva.localhost", "dev@b\u00fccher.localhost", "dev@b\u00fccher.localhost"),
        ("com@com.local", "com@com.local", "com@com.local"),
    ],
)
def test_address_is_normalized(text: str, normalized: str, key: str) -> None:
    address = parse_email(text)
    assert (address.normalized, address.key) == (normalized, key)
    assert parse_email(normalized).normalized == normalized


def test_long_part_of_a_domain_costs_no_time() -> None:
    text = f"a@{''.join(chr(0x4E00 + 13 * number) for number in range(240))}.com"
    started = time.thread_time()
    for _ in range(100):
        with pytest.raises(ValueError, match="must be an email address"):
            parse_email(text)
    assert time.thread_time() - started < 0.3


def test_longest_part_of_a_domain_is_accepted() -> None:
    domain = f"{'x' * 63}.com"
    assert parse_email(f"a@{domain}").normalized == f"a@{domain}"


@pytest.mark.parametrize(
    "text", ["someone@example.com", "SOMEONE@EXAMPLE.COM", "dev@shop.test", "jos\u00e9@example.com"]
)
def test_nearly_all_addresses_have_had_one_key(text: str) -> None:
    assert not parse_email(text).has_legacy_keys


@pytest.fixture
async def client(database: InMemoryDatabase) -> AsyncIterator[httpx.AsyncClient]:
    """A client without a session; hashing takes no time."""
    deps = account_deps(MongoUserStore(database))
    async with served_in_memory(create_app(settings()), database, deps=deps) as client:
        yield client


async def send(client: httpx.AsyncClient, route: str, email: str) -> httpx.Response:
    return await client.post(f"/api/users/{route}", json={"email": email, "password": PASSWORD})


@pytest.mark.parametrize("first", SPELLINGS[:4])
async def test_spellings_of_one_domain_are_one_account(client: httpx.AsyncClient, first: str) -> None:
    user_id = (await send(client, "signup", first)).json()["id"]
    assert [(await send(client, "signup", spelling)).status_code for spelling in SPELLINGS] == [400] * len(SPELLINGS)
    assert {(await send(client, "signin", spelling)).json()["id"] for spelling in SPELLINGS} == {user_id}


async def test_different_domains_are_different_accounts(client: httpx.AsyncClient) -> None:
    assert [(await send(client, "signup", email)).status_code for email in (GERMAN, "a@strasse.de")] == [201, 201]


def stored(email: str, key: str, user_id: str = "1") -> dict[str, Any]:
    """An account as earlier releases stored it: the address as typed, its key casefolded."""
    return {
        "_id": user_id,
        "email": email,
        "email_key": key,
        "password_hash": PASSWORD[::-1],
        "created_at": datetime.now(UTC),
    }


LEGACY = [
    (GERMAN, "a@strasse.de"),
    ("a@xn--strae-oqa.de", "a@xn--strae-oqa.de"),
    ("a@STRA\u00dfE.de", "a@strasse.de"),
]


@pytest.mark.parametrize(("email", "key"), LEGACY)
@pytest.mark.parametrize("typed", [GERMAN, "a@xn--strae-oqa.de"])
async def test_account_with_a_key_of_old_signs_in_and_is_upgraded(
    client: httpx.AsyncClient, database: InMemoryDatabase, email: str, key: str, typed: str
) -> None:
    await database.collection("users").insert_one(stored(email, key))
    response = await send(client, "signin", typed)
    assert (response.status_code, response.json()) == (200, {"id": "1", "email": GERMAN})
    user = await database.collection("users").find_one({})
    assert (user["email"], user["email_key"]) == (GERMAN, GERMAN)


@pytest.mark.parametrize(("email", "key"), LEGACY)
@pytest.mark.parametrize("typed", [GERMAN, "a@xn--strae-oqa.de"])
async def test_account_with_a_key_of_old_is_the_only_one(
    client: httpx.AsyncClient, database: InMemoryDatabase, email: str, key: str, typed: str
) -> None:
    await database.collection("users").insert_one(stored(email, key))
    assert (await send(client, "signup", typed)).status_code == 400


async def test_key_that_casefolding_shared_belongs_to_one_address(
    client: httpx.AsyncClient, database: InMemoryDatabase
) -> None:
    await database.collection("users").insert_one(stored("a@strasse.de", "a@strasse.de"))
    assert (await send(client, "signin", GERMAN)).status_code == 400
    assert (await send(client, "signup", GERMAN)).status_code == 201


async def test_two_accounts_of_old_stay_apart_by_their_spelling(
    client: httpx.AsyncClient, database: InMemoryDatabase
) -> None:
    for number, spelling in enumerate(["a@b\u00fccher.example", "a@xn--bcher-kva.example"]):
        await database.collection("users").insert_one(stored(spelling, spelling, str(number)))
    for _ in range(2):
        assert (await send(client, "signin", "a@b\u00fccher.example")).json()["id"] == "0"
        assert (await send(client, "signin", "a@xn--bcher-kva.example")).json()["id"] == "1"


FULL_WIDTH = "a@\uff42\u00fccher.example"


async def test_start_upgrades_what_no_other_spelling_finds(
    client: httpx.AsyncClient, database: InMemoryDatabase
) -> None:
    accounts = {"1": FULL_WIDTH, "2": "b@xn--bcher-kva.example", "3": "c@example.com", "4": "c@b\u00fccher.example"}
    for user_id, email in accounts.items():
        await database.collection("users").insert_one(stored(email, email, user_id))
    await EmailUpgrade(MongoUserStore(database)).upgrade_all()
    keys = {user["_id"]: user["email_key"] async for user in database.collection("users").find({})}
    assert keys == {**accounts, "1": "a@b\u00fccher.example", "2": "b@b\u00fccher.example"}
    assert (await send(client, "signup", "a@b\u00fccher.example")).status_code == 400


async def test_stored_address_that_is_not_well_formed_stops_no_upgrade(database: InMemoryDatabase) -> None:
    for email in ("not at \u00e9", FULL_WIDTH):
        await database.collection("users").insert_one(stored(email, email, email))
    await EmailUpgrade(MongoUserStore(database)).upgrade_all()
    keys = {user["email_key"] async for user in database.collection("users").find({})}
    assert keys == {"not at \u00e9", "a@b\u00fccher.example"}


async def test_second_account_of_one_address_keeps_its_key(database: InMemoryDatabase) -> None:
    for user_id, email in {"1": FULL_WIDTH, "2": "a@b\u00fccher.example"}.items():
        await database.collection("users").insert_one(stored(email, email, user_id))
    await EmailUpgrade(MongoUserStore(database)).upgrade_all()
    assert (await database.collection("users").find_one({"_id": "1"}))["email_key"] == FULL_WIDTH


async def test_upgrade_reads_page_by_page(mongo_uri: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ticketing_auth.email_upgrade._PAGE", 2)
    database = database_at(mongo_uri, default_name="auth", indexes=INDEXES)
    await database.run()
    spellings = [f"{name}@xn--bcher-kva.example" for name in "abcde"]
    await database.collection("users").insert_many([stored(email, email, email) for email in spellings])
    await EmailUpgrade(MongoUserStore(database)).upgrade_all()
    keys = [user["email_key"] async for user in database.collection("users").find({}).sort("email_key")]
    assert keys == [f"{name}@b\u00fccher.example" for name in "abcde"]
    await database.close()
