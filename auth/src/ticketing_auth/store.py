"""Users in MongoDB."""

from typing import Any

from pymongo import IndexModel

from ticketing_auth.domain import EmailInUse, User, email_key
from ticketing_common.documents import known_fields
from ticketing_common.mongo import Database, Documents, DuplicateKey

INDEXES = {"users": [IndexModel("email_key", name="email_unique", unique=True)]}


class MongoUserStore:
    """ports.UserStore in the collection `users`. A unique index enforces one account per address."""

    def __init__(self, database: Database) -> None:
        self.documents = Documents(database.collection("users"))

    async def add(self, user: User) -> None:
        try:
            await self.documents.insert(_to_document(user))
        except DuplicateKey:
            raise EmailInUse from None

    async def find_by_email(self, email: str) -> User | None:
        document = await self.documents.find_one({"email_key": email_key(email)})
        return _to_user(document) if document else None

    async def upgrade_hash(self, user: User, password_hash: str) -> None:
        unchanged = {"_id": user.id, "password_hash": user.password_hash}
        await self.documents.compare_and_set(unchanged, {"password_hash": password_hash})


def _to_document(user: User) -> dict[str, Any]:
    return {
        "_id": user.id,
        "email": user.email,
        "email_key": email_key(user.email),
        "password_hash": user.password_hash,
        "created_at": user.created_at,
    }


def _to_user(document: dict[str, Any]) -> User:
    return User(**known_fields(User, document) | {"id": document["_id"]})
