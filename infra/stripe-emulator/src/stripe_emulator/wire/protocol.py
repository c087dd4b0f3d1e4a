"""An HTTP server that can hang up without an answer, as networks do."""

from starlette.types import Receive, Scope
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

HANG_UP = "ticketing.hang_up"


class DroppableProtocol(HttpToolsProtocol):
    """Tells the application how to close the connection under it."""

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self.scope["extensions"] = {HANG_UP: self.transport.close}  # type: ignore[dict-item]


async def cut_connection(scope: Scope, receive: Receive) -> None:
    """Close the connection; returns when it is gone, so that nothing is written to it any more."""
    scope["extensions"][HANG_UP]()
    while (await receive())["type"] != "http.disconnect":
        pass
