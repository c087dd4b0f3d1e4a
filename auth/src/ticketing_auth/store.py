"""Users and revoked sessions in MongoDB."""

from contextlib import suppress
from datetime import datetime
from typing import Any

from pymongo import ASCENDING, IndexModel

from ticketing_auth.domain import EmailInUse, User
from ticketing_auth.emails import EmailAddress, parse_stored
from ticketing_common.documents import known_fields
from ticketing_common.events import SessionRevoked
from ticketing_common.mongo import OUTBOX_INDEX, Database, Documents, DuplicateKey

INDEXES = {
    "users": [IndexModel("email_key", name="email_unique", unique=True), OUTBOX_INDEX],
    # MongoDB removes each document at its own time.
    "revocations": [IndexModel("expires_at", name="expired", expireAfterSeconds=0), OUTBOX_INDEX],
}
# All that identifies a person, or lets one sign in.
_PERSONAL = ("email", "password_hash", "created_at")


class MongoUserStore:
    """ports.UserStore in the collection `users`. A unique index enforces one account per address."""

    def __init__(self, database: Database) -> None:
        self.documents = Documents(database.collection("users"))

    async def add(self, user: User) -> None:
        try:
            await self.documents.insert(_to_document(user))
        except DuplicateKey:
            raise EmailInUse from None

    async def find(self, user_id: str) -> User | None:
        document = await self.documents.find(user_id)
        return _to_user(document) if document and "deleted_at" not in document else None

    async def find_by_email(self, email: EmailAddress) -> User | None:
        if not email.has_legacy_keys:
            document = await self.documents.find_one({"email_key": email.key})
            return _to_user(document) if document else None
        keys = email.stored_keys
        found = await self.documents.find_many(
            {"email_key": {"$in": keys}}, sort=[("email_key", ASCENDING)], limit=len(keys)
        )
        # Casefolding gave two addresses one key, and two spellings of one address had an account each.
        same = [user for user in map(_to_user, found) if parse_stored(user.email).key == email.key]
        return min(same, key=lambda user: keys.index(user.email_key), default=None)

    async def find_international(self, *, after: str, limit: int) -> list[User]:
        query = {"email_key": {"$gt": after, "$regex": r"[^\x00-\x7f]|xn--"}}
        found = await self.documents.find_many(query, sort=[("email_key", ASCENDING)], limit=limit)
        return [_to_user(document) for document in found]

    async def upgrade_email(self, user: User, email: EmailAddress) -> None:
        unchanged = {"_id": user.id, "email_key": user.email_key}
        with suppress(DuplicateKey):
            changes = {"email": email.normalized, "email_key": email.key}
            await self.documents.compare_and_set(unchanged, changes)

    async def upgrade_hash(self, user: User, password_hash: str) -> None:
        await self.documents.compare_and_set(_unchanged(user), {"password_hash": password_hash})

    async def save_password(self, user: User, *, expected: User, event: SessionRevoked) -> bool:
        changes = {"password_hash": user.password_hash, "generation": user.generation}
        return await self.documents.compare_and_set(_unchanged(expected), changes, [event])

    async def erase(self, user: User, *, expected: User, event: SessionRevoked, now: datetime) -> bool:
        # The unique index wants a key: one that is no address, and also in the way of no other release.
        changes = {"email_key": f"deleted:{user.id}", "generation": user.generation, "deleted_at": now}
        return await self.documents.compare_and_set(_unchanged(expected), changes, [event], remove=_PERSONAL)


class MongoRevocationStore:
    """ports.RevocationStore in the collection `revocations`."""

    def __init__(self, database: Database) -> None:
        self.documents = Documents(database.collection("revocations"))

    async def add(self, event: SessionRevoked) -> None:
        document = {"_id": event.session_id, "user_id": event.user_id, "expires_at": event.expires_at}
        with suppress(DuplicateKey):
            await self.documents.insert(document, [event])


def _unchanged(user: User) -> dict[str, Any]:
    """Each hash has a salt of its own: another password, and the same one set again, have another hash."""
    return {"_id": user.id, "password_hash": user.password_hash}


def _to_document(user: User) -> dict[str, Any]:
    return {
        "_id": user.id,
        "email": user.email,
        "email_key": user.email_key,
        "password_hash": user.password_hash,
        "created_at": user.created_at,
        "generation": user.generation,
    }


def _to_user(document: dict[str, Any]) -> User:
    return User(**known_fields(User, document) | {"id": document["_id"]})
