"""Paying, beyond the contract: payment methods, 3D Secure, currencies."""

import pytest
import stripe

from stripe_emulator.http.errors import InvalidRequest
from stripe_emulator.resources.currencies import MIN_AMOUNT, THREE_DECIMAL, ZERO_DECIMAL, check_amount, format_amount


@pytest.fixture
async def waiting(api):
    """An intent that requires 3D Secure."""
    return await api.pay("pm_card_authenticationRequired")


def legacy_token(token):
    return {"payment_method_data": {"type": "card", "card": {"token": token}}, "return_url": "https://example.com"}


async def authenticate(page, intent, outcome="pass", **form):
    data = {"client_secret": intent.client_secret, "outcome": outcome, **form}
    return await page.post(f"/v1/payment_intents/{intent.id}/emulate_3ds", data=data)


async def test_confirmation_token_pays_once(api):
    token, first, second = await api.token(), await api.create(), await api.create()
    await api.confirm(first, token)
    with pytest.raises(stripe.InvalidRequestError, match="already been used"):
        await api.confirm(second, token)
    shown = await api.v1.confirmation_tokens.retrieve_async(token)
    assert (shown.payment_intent, shown.payment_method_preview.card.last4) == (first.id, "4242")
    assert (await api.retrieve(second)).status == "requires_payment_method"


@pytest.mark.parametrize("method", [{"payment_method": "pm_card_visa"}, legacy_token("tok_mastercard")])
async def test_payment_method_or_legacy_token_pays(api, method):
    intent = await api.create()
    assert (await api.v1.payment_intents.confirm_async(intent.id, method)).status == "succeeded"


@pytest.mark.parametrize("token", ["tok_chargeDeclined", "tok_visa_chargeDeclined"])
async def test_legacy_token_of_a_declining_card_is_declined(api, token):
    intent = await api.create()
    with pytest.raises(stripe.CardError):
        await api.v1.payment_intents.confirm_async(intent.id, legacy_token(token))


async def test_payment_method_that_paid_does_not_pay_again(api):
    method = await api.v1.payment_methods.create_async({"type": "card", "card": {"token": "tok_visa"}})
    first, second = await api.create(), await api.create()
    await api.v1.payment_intents.confirm_async(first.id, {"payment_method": method.id})
    with pytest.raises(stripe.InvalidRequestError, match="may not be used again"):
        await api.v1.payment_intents.confirm_async(second.id, {"payment_method": method.id})


async def test_intent_without_a_card_is_not_confirmed(api):
    intent = await api.create()
    with pytest.raises(stripe.InvalidRequestError) as caught:
        await api.v1.payment_intents.confirm_async(intent.id)
    assert caught.value.code == "payment_intent_unexpected_state"


async def test_passing_3d_secure_pays_once(api, page, waiting):
    passed, again = await authenticate(page, waiting), await authenticate(page, waiting)
    intent = await api.retrieve(waiting)
    assert (waiting.amount_received, waiting.next_action.type) == (0, "use_stripe_sdk")
    assert (passed.json()["status"], again.json()["error"]["code"]) == ("succeeded", "payment_intent_unexpected_state")
    assert (intent.next_action, intent.amount_received, len(await api.charges(intent))) == (None, 2000, 1)


async def test_failing_3d_secure_requires_another_card(api, page, waiting):
    await authenticate(page, waiting, "fail")
    intent = await api.retrieve(waiting)
    assert intent.status == "requires_payment_method"
    assert intent.last_payment_error.code == "payment_intent_authentication_failure"
    assert (await api.confirm(intent, await api.token())).status == "succeeded"


async def test_card_may_be_declined_after_3d_secure(api, page):
    waiting = await api.pay("pm_card_threeDSecureRequiredChargeDeclined")
    intent = (await authenticate(page, waiting)).json()
    assert (intent["status"], intent["last_payment_error"]["code"]) == ("requires_payment_method", "card_declined")


async def test_wrong_client_secret_is_refused(api, page, waiting):
    refused = await authenticate(page, waiting, client_secret="pi_x_secret_y")
    assert (refused.status_code, (await api.retrieve(waiting)).status) == (400, "requires_action")


async def test_page_sees_the_intent_but_not_its_metadata(page, api):
    intent = await api.create(metadata={"order_id": "o1"})
    shown = await page.get(f"/v1/payment_intents/{intent.id}", params={"client_secret": intent.client_secret})
    assert shown.json()["status"] == "requires_payment_method"
    assert not {"metadata", "latest_charge"} & shown.json().keys()


def test_currencies_have_the_decimals_that_stripe_gives_them():
    zero = "bif clp djf gnf jpy kmf krw mga pyg rwf vnd vuv xaf xof xpf"
    assert (" ".join(sorted(ZERO_DECIMAL)), " ".join(sorted(THREE_DECIMAL))) == (zero, "bhd jod kwd omr tnd")
    formatted = [format_amount(1230, currency) for currency in ("usd", "huf", "jpy", "kwd", "isk")]
    assert formatted == ["12.30 usd", "12.30 huf", "1230 jpy", "1.230 kwd", "12.30 isk"]


@pytest.mark.parametrize(
    ("amount", "currency", "code"),
    [
        *((minimum - 1, currency, "amount_too_small") for currency, minimum in sorted(MIN_AMOUNT.items())),
        (100_000_000, "usd", "amount_too_large"),
        (1231, "kwd", None),
        (50_050, "isk", None),
        (2000, "zzz", None),
    ],
)
def test_amount_that_stripe_does_not_charge_is_refused(amount, currency, code):
    with pytest.raises(InvalidRequest) as caught:
        check_amount(amount, currency)
    assert caught.value.error.get("code") == code
