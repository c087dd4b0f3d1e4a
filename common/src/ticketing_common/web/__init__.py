"""The HTTP side of every service: build_app(), the session, the error envelope, probes."""

from ticketing_common.tokens import CurrentUser
from ticketing_common.web.app import build_app
from ticketing_common.web.camel import CamelModel
from ticketing_common.web.deps import BrokerAvailable, ClientAddress, NewId, Now, from_database, from_state
from ticketing_common.web.direct import DirectRoute
from ticketing_common.web.openapi import Id, api_router, errors
from ticketing_common.web.prices import CurrencyDep, Price
from ticketing_common.web.responses import json_response
from ticketing_common.web.sessions import SessionDep, Sessions, UserId, clear_session, find_user, set_session

__all__ = [
    "BrokerAvailable",
    "CamelModel",
    "ClientAddress",
    "CurrencyDep",
    "CurrentUser",
    "DirectRoute",
    "Id",
    "NewId",
    "Now",
    "Price",
    "SessionDep",
    "Sessions",
    "UserId",
    "api_router",
    "build_app",
    "clear_session",
    "errors",
    "find_user",
    "from_database",
    "from_state",
    "json_response",
    "set_session",
]
