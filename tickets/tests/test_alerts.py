"""Being told when a reserved ticket is available again: the routes, and what ends an alert."""

from datetime import UTC, datetime
from typing import Any

import httpx
import pytest

from ticketing_common.events import OrderCancelled, OrderCompleted, OrderCreated, OrderState
from ticketing_common.mongo import new_id
from ticketing_test_support.alerts import RecordingNotifier
from ticketing_test_support.memory import WriteFaults
from ticketing_test_support.samples import order_event
from ticketing_test_support.sessions import cookie_for
from ticketing_tickets import use_cases
from ticketing_tickets.alerts.ports import AlertDeps
from ticketing_tickets.alerts.use_cases import forget_user, settle_alerts, settle_all

SELLER = cookie_for(new_id())
USER_ID, OTHER_ID = new_id(), new_id()
USER, OTHER = cookie_for(USER_ID, email="user@example.com"), cookie_for(OTHER_ID, email="other@example.com")
NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
ORDER, LATER_ORDER = "a" * 24, "b" * 24
Ticket = dict[str, Any]


@pytest.fixture
async def ticket(client: httpx.AsyncClient, alerts: AlertDeps) -> Ticket:
    """A ticket that somebody has reserved."""
    response = await client.post("/api/tickets", json={"title": "Front row", "price": 12.5}, headers=SELLER)
    ticket: Ticket = response.json()
    await apply(alerts, OrderCreated, ticket)
    return ticket


async def apply(
    alerts: AlertDeps, kind: type[OrderState], ticket: Ticket, *, order: str = ORDER, hold: int = 1, version: int = 0
) -> None:
    await use_cases.apply_order(
        alerts.tickets, order_event(kind, id=order, ticket_id=ticket["id"], hold=hold, version=version)
    )


async def settle(alerts: AlertDeps, ticket: Ticket) -> None:
    await settle_alerts(alerts, [ticket["id"]], now=NOW)


async def free(alerts: AlertDeps, ticket: Ticket) -> None:
    """The reservation ends, and the event arrives."""
    await apply(alerts, OrderCancelled, ticket, version=1)
    await settle(alerts, ticket)


async def call(
    client: httpx.AsyncClient, method: str, ticket: Ticket, headers: dict[str, str] = USER
) -> httpx.Response:
    return await client.request(method, f"/api/tickets/{ticket['id']}/alert", headers=headers)


async def listed(client: httpx.AsyncClient, ticket: Ticket) -> list[Any]:
    """The user's alerts for the ticket: one or none."""
    response = await client.get(f"/api/tickets/alerts?ticketId={ticket['id']}", headers=USER)
    found: list[Any] = response.json()
    return found


async def state(client: httpx.AsyncClient, ticket: Ticket) -> str:
    [alert] = await listed(client, ticket)
    return str(alert["state"])


async def stored_email(alerts: AlertDeps, ticket: Ticket) -> str | None:
    alert = await alerts.alerts.find(ticket["id"], USER_ID)
    assert alert is not None
    return alert.email


def told(notifier: RecordingNotifier) -> list[str | None]:
    return [alert.email for alert, _ in notifier.told]


async def test_alert_waits_until_the_ticket_is_freed(
    client: httpx.AsyncClient, alerts: AlertDeps, notifier: RecordingNotifier, ticket: Ticket
) -> None:
    response = await call(client, "PUT", ticket)
    alert = response.json()
    assert response.status_code == 200
    assert alert == {
        "id": alert["id"],
        "ticket": {**ticket, "version": 1, "orderId": ORDER},
        "state": "waiting",
        "createdAt": alert["createdAt"],
    }
    assert await listed(client, ticket) == [alert]
    await free(alerts, ticket)
    assert told(notifier) == ["user@example.com"]
    [ended] = await listed(client, ticket)
    assert ended == {**alert, "ticket": {**ticket, "version": 2}, "state": "notified", "at": ended["at"]}


async def test_asking_again_keeps_the_alert_that_waits(client: httpx.AsyncClient, ticket: Ticket) -> None:
    first, second = [(await call(client, "PUT", ticket)).json() for _ in range(2)]
    assert first == second


@pytest.mark.parametrize("method", ["PUT", "DELETE"])
async def test_malformed_ticket_id_is_404(client: httpx.AsyncClient, method: str) -> None:
    response = await client.request(method, "/api/tickets/none/alert", headers=USER)
    assert response.status_code == 404
    assert response.json()["errors"][0]["message"] == "There is no such ticket."


async def test_nobody_is_told_twice(
    client: httpx.AsyncClient, alerts: AlertDeps, notifier: RecordingNotifier, ticket: Ticket
) -> None:
    await call(client, "PUT", ticket)
    await free(alerts, ticket)
    await settle(alerts, ticket)
    assert len(notifier.told) == 1


async def test_two_replicas_at_once_tell_a_user_once(
    client: httpx.AsyncClient, alerts: AlertDeps, notifier: RecordingNotifier, faults: WriteFaults, ticket: Ticket
) -> None:
    await call(client, "PUT", ticket)
    await apply(alerts, OrderCancelled, ticket, version=1)
    faults.meanwhile = lambda: settle(alerts, ticket)
    await settle(alerts, ticket)
    assert len(notifier.told) == 1


async def test_notifier_that_fails_is_not_called_again(
    client: httpx.AsyncClient, alerts: AlertDeps, notifier: RecordingNotifier, ticket: Ticket
) -> None:
    await call(client, "PUT", ticket, USER)
    await call(client, "PUT", ticket, OTHER)
    notifier.fails = True
    await free(alerts, ticket)
    await settle(alerts, ticket)
    assert told(notifier) == ["user@example.com", "other@example.com"]


async def test_asking_again_after_being_told_is_a_new_alert(
    client: httpx.AsyncClient, alerts: AlertDeps, notifier: RecordingNotifier, ticket: Ticket
) -> None:
    await call(client, "PUT", ticket)
    await free(alerts, ticket)
    await apply(alerts, OrderCreated, ticket, order=LATER_ORDER, hold=2)
    assert (await call(client, "PUT", ticket)).json().keys() == {"id", "ticket", "state", "createdAt"}
    await settle(alerts, ticket)  # the event of the first reservation's end, once more
    assert len(notifier.told) == 1
    await apply(alerts, OrderCancelled, ticket, order=LATER_ORDER, hold=2, version=1)
    await settle(alerts, ticket)
    assert told(notifier) == ["user@example.com"] * 2


async def test_ticket_reserved_again_before_the_event_arrives_is_waited_for(
    client: httpx.AsyncClient, alerts: AlertDeps, notifier: RecordingNotifier, ticket: Ticket
) -> None:
    await call(client, "PUT", ticket)
    await apply(alerts, OrderCancelled, ticket, version=1)
    await apply(alerts, OrderCreated, ticket, order=LATER_ORDER, hold=2)
    await settle(alerts, ticket)
    assert (notifier.told, await state(client, ticket)) == ([], "waiting")


@pytest.mark.parametrize("sold", [False, True], ids=["reserved", "sold"])
async def test_ticket_taken_while_a_user_is_about_to_be_told_is_not_told_of(
    client: httpx.AsyncClient,
    alerts: AlertDeps,
    notifier: RecordingNotifier,
    faults: WriteFaults,
    ticket: Ticket,
    sold: bool,
) -> None:
    await call(client, "PUT", ticket)
    await apply(alerts, OrderCancelled, ticket, version=1)
    taken = OrderCompleted if sold else OrderCreated
    faults.meanwhile = lambda: apply(alerts, taken, ticket, order=LATER_ORDER, hold=2, version=int(sold))
    await settle(alerts, ticket)
    assert (notifier.told, await state(client, ticket)) == ([], "sold" if sold else "waiting")
    assert await stored_email(alerts, ticket) == (None if sold else "user@example.com")


async def test_nobody_is_told_of_a_ticket_that_is_sold(
    client: httpx.AsyncClient, alerts: AlertDeps, notifier: RecordingNotifier, ticket: Ticket
) -> None:
    await call(client, "PUT", ticket)
    await apply(alerts, OrderCompleted, ticket, version=1)
    await settle(alerts, ticket)
    assert (notifier.told, await state(client, ticket)) == ([], "sold")


async def test_alert_ends_when_the_ticket_is_withdrawn(
    client: httpx.AsyncClient, alerts: AlertDeps, notifier: RecordingNotifier, ticket: Ticket
) -> None:
    await call(client, "PUT", ticket)
    await apply(alerts, OrderCancelled, ticket, version=1)
    await client.delete(f"/api/tickets/{ticket['id']}", headers=SELLER)
    await settle(alerts, ticket)
    assert (notifier.told, await state(client, ticket)) == ([], "withdrawn")


async def test_withdrawn_alert_is_gone(
    client: httpx.AsyncClient, alerts: AlertDeps, notifier: RecordingNotifier, ticket: Ticket
) -> None:
    await call(client, "PUT", ticket)
    assert [(await call(client, "DELETE", ticket)).status_code for _ in range(2)] == [204, 204]
    assert await listed(client, ticket) == []
    await free(alerts, ticket)
    assert notifier.told == []


@pytest.mark.parametrize(("ends", "calls"), [(OrderCancelled, 1), (OrderCompleted, 0)], ids=["freed", "sold"])
async def test_reservation_that_ends_before_the_alert_is_stored_is_noticed(
    client: httpx.AsyncClient,
    alerts: AlertDeps,
    notifier: RecordingNotifier,
    faults: WriteFaults,
    ticket: Ticket,
    ends: type[OrderState],
    calls: int,
) -> None:
    async def end() -> None:
        await apply(alerts, ends, ticket, version=1)
        await settle(alerts, ticket)

    faults.meanwhile = end
    await call(client, "PUT", ticket)
    assert [await settle_all(alerts, now=NOW) for _ in range(2)] == [1, 0]
    assert len(notifier.told) == calls


async def test_sale_shows_before_the_alert_has_ended(
    client: httpx.AsyncClient, alerts: AlertDeps, ticket: Ticket
) -> None:
    await call(client, "PUT", ticket)
    await apply(alerts, OrderCompleted, ticket, version=1)
    assert await state(client, ticket) == "sold"
    assert await stored_email(alerts, ticket) == "user@example.com"


async def test_alert_is_refused_unless_somebody_else_has_reserved_the_ticket(
    client: httpx.AsyncClient, alerts: AlertDeps, ticket: Ticket
) -> None:
    assert (await call(client, "PUT", ticket, SELLER)).status_code == 400
    assert (await call(client, "PUT", ticket, {})).status_code == 401
    assert (await call(client, "PUT", {"id": new_id()})).status_code == 404
    await apply(alerts, OrderCancelled, ticket, version=1)
    assert (await call(client, "PUT", ticket)).status_code == 400
    await client.delete(f"/api/tickets/{ticket['id']}", headers=SELLER)
    assert (await call(client, "PUT", ticket)).status_code == 404


@pytest.mark.parametrize("end", [OrderCancelled, OrderCompleted], ids=["told", "sold"])
async def test_email_is_kept_only_while_the_alert_waits(
    client: httpx.AsyncClient, alerts: AlertDeps, ticket: Ticket, end: type[OrderState]
) -> None:
    await call(client, "PUT", ticket)
    assert await stored_email(alerts, ticket) == "user@example.com"
    await apply(alerts, end, ticket, version=1)
    await settle(alerts, ticket)
    assert await stored_email(alerts, ticket) is None


async def test_list_has_the_users_own_alerts_newest_first(
    client: httpx.AsyncClient, alerts: AlertDeps, ticket: Ticket
) -> None:
    other = (await client.post("/api/tickets", json={"title": "Back row", "price": 9}, headers=SELLER)).json()
    await apply(alerts, OrderCreated, other, order=LATER_ORDER)
    for one in (ticket, other):
        await call(client, "PUT", one)
    await call(client, "PUT", ticket, OTHER)
    first = await client.get("/api/tickets/alerts?limit=1", headers=USER)
    rest = await client.get(first.links["next"]["url"], headers=USER)
    assert [alert["ticket"]["title"] for alert in first.json() + rest.json()] == ["Back row", "Front row"]
    assert "next" not in rest.links


async def test_deleted_account_leaves_no_alerts(client: httpx.AsyncClient, alerts: AlertDeps, ticket: Ticket) -> None:
    await call(client, "PUT", ticket, USER)
    await call(client, "PUT", ticket, OTHER)
    await forget_user(alerts, user_id=USER_ID)
    left = [(await client.get("/api/tickets/alerts", headers=user)).json() for user in (USER, OTHER)]
    assert [len(found) for found in left] == [0, 1]
