"""The HTTP side of every service: build_app(), the session, the error envelope, probes."""

from ticketing_common.tokens import CurrentUser
from ticketing_common.web.app import build_app
from ticketing_common.web.camel import CamelModel
from ticketing_common.web.deps import BrokerAvailable, NewId, Now, from_database, from_state
from ticketing_common.web.prices import CurrencyDep, Price
from ticketing_common.web.sessions import MaybeUser, SignedInUser, UserId, clear_session, set_session

__all__ = [
    "BrokerAvailable",
    "CamelModel",
    "CurrencyDep",
    "CurrentUser",
    "MaybeUser",
    "NewId",
    "Now",
    "Price",
    "SignedInUser",
    "UserId",
    "build_app",
    "clear_session",
    "from_database",
    "from_state",
    "set_session",
]
