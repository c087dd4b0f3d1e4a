"""Read the Stripe emulator's ledger in parts, so that its size does not matter."""

from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Any

import httpx

from ticketing_common.errors import Unavailable
from ticketing_ops.audit.snapshot import Document


class LedgerReader:
    """The ledger of the emulator that `http` leads to. Raises Unavailable."""

    def __init__(self, http: httpx.AsyncClient) -> None:
        self._http = http

    async def entries_of(self, intent_ids: Sequence[str]) -> Document:
        """These intents, as far as Stripe knows them, with their refunds and disputes."""
        return await self._read({"payment_intents": intent_ids})

    async def pages(self, size: int) -> AsyncIterator[Document]:
        """All intents, up to `size` at a time, with their refunds and disputes."""
        query: dict[str, Any] = {"limit": size}
        while intents := (page := await self._read(query))["payment_intents"]:
            yield page
            query["starting_after"] = intents[-1]["id"]

    async def _read(self, query: Mapping[str, Any]) -> Document:
        try:
            response = await self._http.post("/emulator/ledger", json=query)
            response.raise_for_status()
        except httpx.HTTPError as error:
            raise Unavailable(f"The Stripe emulator's ledger could not be read ({error!r}).") from error
        found: Document = response.json()
        return found


def without(page: Document, known: set[str]) -> Document:
    """The page without these intents, and with nothing that belongs to them."""
    intents = [intent for intent in page["payment_intents"] if intent["id"] not in known]
    left = {intent["id"] for intent in intents}
    parts = {kind: [part for part in page[kind] if part["payment_intent"] in left] for kind in ("refunds", "disputes")}
    return {"payment_intents": intents, **parts}
