"""Cards that must be authenticated, and the page's part in it."""

import pytest


@pytest.fixture
async def asked(shop):
    """An intent whose card wants 3D Secure."""
    return await shop.confirm(await shop.intent(), await shop.token("pm_card_authenticationRequired"))


def path(intent) -> str:
    return f"/v1/payment_intents/{intent.id}/emulate_3ds"


@pytest.mark.parametrize("card", ["authenticationRequired", "authenticationRequiredOnSetup", "threeDSecure2Required"])
async def test_such_a_card_asks_for_an_action(shop, card):
    intent = await shop.confirm(await shop.intent(), await shop.token(f"pm_card_{card}"))
    assert (intent.status, intent.next_action.type) == ("requires_action", "use_stripe_sdk")
    assert intent.amount_received == 0


async def test_passing_pays(shop, page, asked, receiver):
    answer = await page.post(path(asked), data={"client_secret": asked.client_secret, "outcome": "pass"})

    intent = await shop.now(asked)
    assert (answer.status_code, answer.json()["status"]) == (200, "succeeded")
    assert (intent.status, intent.next_action, intent.amount_received) == ("succeeded", None, 2000)


async def test_failing_asks_for_another_card(shop, page, asked):
    await page.post(path(asked), data={"client_secret": asked.client_secret, "outcome": "fail"})
    intent = await shop.now(asked)
    assert intent.status == "requires_payment_method"
    assert intent.last_payment_error.code == "payment_intent_authentication_failure"

    assert (await shop.confirm(intent, await shop.token())).status == "succeeded"


async def test_a_card_may_be_declined_after_it_passed(shop, page):
    token = await shop.token("pm_card_threeDSecureRequiredChargeDeclined")
    intent = await shop.confirm(await shop.intent(), token)
    answer = await page.post(path(intent), data={"client_secret": intent.client_secret, "outcome": "pass"})
    assert answer.json()["status"] == "requires_payment_method"
    assert answer.json()["last_payment_error"]["code"] == "card_declined"


async def test_another_client_secret_opens_nothing(shop, page, asked):
    answer = await page.post(path(asked), data={"client_secret": "pi_x_secret_y", "outcome": "pass"})
    assert (answer.status_code, (await shop.now(asked)).status) == (400, "requires_action")


async def test_passing_twice_pays_once(shop, page, asked):
    form = {"client_secret": asked.client_secret, "outcome": "pass"}
    await page.post(path(asked), data=form)
    assert (await page.post(path(asked), data=form)).json()["error"]["code"] == "payment_intent_unexpected_state"
    assert len((await shop.sdk.v1.charges.list_async({"payment_intent": asked.id})).data) == 1


async def test_an_intent_that_waits_for_its_bank_can_be_cancelled(shop, asked):
    assert (await shop.sdk.v1.payment_intents.cancel_async(asked.id)).status == "canceled"


async def test_the_page_sees_the_intent_but_not_its_metadata(page, shop):
    intent = await shop.intent(metadata={"order_id": "o1"})
    answer = await page.get(f"/v1/payment_intents/{intent.id}", params={"client_secret": intent.client_secret})
    assert answer.json()["status"] == "requires_payment_method"
    assert "metadata" not in answer.json()
