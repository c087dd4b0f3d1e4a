"""What an earlier release writes is completed."""

from datetime import UTC, datetime

from pymongo import MongoClient

from ticketing_common.events import TicketWithdrawn
from ticketing_common.mongo import new_id
from ticketing_test_support.mongo import database_at
from ticketing_test_support.outbox import pending_events
from ticketing_tickets import use_cases
from ticketing_tickets.store import INDEXES, MongoTicketStore
from ticketing_tickets.upgrades import upgrades

SELLER = new_id()


async def test_withdrawn_ticket_that_an_earlier_release_put_on_sale_is_withdrawn_again(mongo_uri: str) -> None:
    database = database_at(mongo_uri, default_name="tickets", indexes=INDEXES)
    await database.run()
    store, ticket_id = MongoTicketStore(database), new_id()
    await use_cases.create_ticket(
        store, ticket_id=ticket_id, seller_id=SELLER, title="Front row", price=1250, now=datetime.now(UTC)
    )
    await use_cases.withdraw_ticket(store, ticket_id=ticket_id, user_id=SELLER)
    with MongoClient[dict[str, object]](mongo_uri) as client:
        edit = {"title": "Back row", "version": 2, "buyable": True}
        client.get_default_database()["tickets"].update_one({"_id": ticket_id}, {"$set": edit})
    assert await store.find_buyable(after=None, limit=1) != []
    _, withdrawals = upgrades(database, store)
    for _ in range(2):
        await withdrawals.upgrade_all()
    assert await store.find_buyable(after=None, limit=1) == []
    *_, event = await pending_events(store.documents)
    assert (type(event), event.version, event.title) == (TicketWithdrawn, 3, "Back row")  # type: ignore[attr-defined]
    await database.close()
