"""The README's service works."""

import re
from pathlib import Path
from typing import Any

from ticketing_common.messaging import Broker
from ticketing_common.settings import MessagingSettings
from ticketing_test_support.apps import served
from ticketing_test_support.waiting import eventually

README = Path(__file__).parents[1] / "README.md"


async def test_sample_service_consumes_an_event(mongo_uri: str, nats_url: str, broker: Broker) -> None:
    (sample,) = re.findall(r"```python\n(.*?)```", README.read_text(), re.DOTALL)
    namespace: dict[str, Any] = {"__name__": "sample"}
    exec(sample, namespace)
    app = namespace["create_app"](MessagingSettings(mongo_uri=mongo_uri, nats_url=nats_url))
    async with served(app):
        event = b'{"id": "t1", "version": 0, "title": "Front row", "price": 1250, "userId": "u1"}'
        await broker.jetstream.publish("ticket.created", event)
        tickets = app.state.database.collection("tickets")

        async def is_stored() -> bool:
            return bool(await tickets.find_one({"_id": "t1", "title": "Front row"}))

        await eventually(is_stored)
