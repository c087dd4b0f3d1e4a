"""Dependencies of the routes, by type."""

from typing import Annotated

from fastapi import Depends

from ticketing_auth.ports import AccountDeps
from ticketing_common.web import from_database

Deps = Annotated[AccountDeps, Depends(from_database("deps"))]
