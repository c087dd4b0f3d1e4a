"""Idempotency keys are forgotten after a day."""

import pytest

from stripe_emulator.storage.database import Database
from stripe_emulator.wire.failures import InvalidRequest
from stripe_emulator.wire.idempotency import KEPT_SECONDS, IdempotencyKeys, SavedAnswer


@pytest.fixture
def keys(tmp_path):
    database = Database(tmp_path / "keys.sqlite3")
    yield IdempotencyKeys(database)
    database.close()


def test_a_key_is_kept_for_a_day(keys):
    keys.save("k", "mark", SavedAnswer(200, "{}"), now=1000.0)
    assert keys.prune(1000.0 + KEPT_SECONDS) == 0
    assert keys.saved("k", "mark") == SavedAnswer(200, "{}")


def test_a_key_is_forgotten_after_a_day(keys):
    keys.save("k", "mark", SavedAnswer(200, "{}"), now=1000.0)
    assert keys.prune(1001.0 + KEPT_SECONDS) == 1
    assert keys.saved("k", "another mark") is None


def test_a_key_of_256_characters_is_refused(keys):
    with pytest.raises(InvalidRequest), keys.claimed("k" * 256):
        pass
