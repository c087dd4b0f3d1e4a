"""What a new password may be."""

import httpx
import pytest
from auth.tests.conftest import settings

from ticketing_auth.app import create_app
from ticketing_auth.password_policy import MAX_TYPED_LENGTH, PasswordPolicy, check_new_password, is_too_long
from ticketing_common.errors import InvalidRequest
from ticketing_test_support.apps import assert_refused

COMPOSED, DECOMPOSED = "\u00e9", "e\u0301"


@pytest.mark.parametrize("password", ["password", "PassWord", "1234", "qwerty123", "\uff11\uff12\uff13\uff14"])
async def test_common_password_is_refused_at_sign_up_only(client: httpx.AsyncClient, password: str) -> None:
    credentials = {"email": "someone@example.com", "password": password}
    refused = await client.post("/api/users/signup", json=credentials)
    assert_refused(refused, 400, "password")
    assert "must not be one of the most common passwords" in refused.text
    assert (await client.post("/api/users/signin", json=credentials)).json()["errors"][0].keys() == {"message"}


@pytest.mark.parametrize("password", [DECOMPOSED * 4, COMPOSED * 128, DECOMPOSED * 128, "\U0001f511" * 128])
def test_length_is_counted_in_code_points_after_normalisation(password: str) -> None:
    assert check_new_password(password) == password


@pytest.mark.parametrize("password", [DECOMPOSED * 3, DECOMPOSED * 129, "\ufdfa" * 8, "e" + "\u0301\u0323" * 10**6])
def test_length_out_of_bounds_is_refused(password: str) -> None:
    with pytest.raises(ValueError, match="characters"):
        check_new_password(password)


def test_longer_texts_than_can_be_composed_are_refused_unread() -> None:
    assert not is_too_long("\u1f82" * 128)
    assert len("\u03b1\u0313\u0300\u0345" * 128) == MAX_TYPED_LENGTH
    assert not is_too_long("\u03b1\u0313\u0300\u0345" * 128)
    assert is_too_long("x" * (MAX_TYPED_LENGTH + 1))


def test_minimum_length_is_a_setting() -> None:
    policy = PasswordPolicy(min_length=8)
    policy.require("eight ch")
    with pytest.raises(InvalidRequest, match=r"newPassword must have at least 8 characters\.") as refusal:
        policy.require("7 chars", field="newPassword")
    assert refusal.value.field == "newPassword"


def test_app_has_the_policy_of_its_settings() -> None:
    assert create_app(settings(password_min_length=8)).state.deps.policy == PasswordPolicy(8)
