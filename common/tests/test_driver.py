"""The choice of the MongoDB driver."""

from typing import Any, get_args

import pytest
from motor.motor_asyncio import AsyncIOMotorClient
from pydantic import ValidationError
from pymongo import AsyncMongoClient

from ticketing_common.mongo import Driver, driver
from ticketing_common.settings import CommonSettings

URI = "mongodb://127.0.0.1:1/test"


@pytest.mark.parametrize(("name", "client"), [("motor", AsyncIOMotorClient), ("pymongo", AsyncMongoClient)])
async def test_setting_chooses_the_driver(name: Driver, client: type[Any]) -> None:
    chosen = driver.connect(URI, name)
    assert isinstance(chosen, client)
    await driver.close(chosen)


@pytest.mark.parametrize("name", get_args(Driver))
async def test_each_driver_aggregates(name: Driver, mongo_uri: str) -> None:
    client = driver.connect(mongo_uri, name)
    items = client.get_default_database("test")["items"]
    await items.insert_many([{"_id": number} for number in range(3)])
    assert await driver.aggregate(items, [{"$sort": {"_id": 1}}], limit=2, index="_id_") == [{"_id": 0}, {"_id": 1}]
    await driver.close(client)


def test_motor_is_the_default_and_other_drivers_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("MONGO_DRIVER", raising=False)
    assert CommonSettings(mongo_uri=URI).mongo_driver == "motor"
    monkeypatch.setenv("MONGO_DRIVER", "mongoengine")
    with pytest.raises(ValidationError, match=r"'motor' or 'pymongo'"):
        CommonSettings(mongo_uri=URI)
