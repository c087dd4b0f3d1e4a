"""Dependencies of the routes, by type."""

from typing import Annotated

from fastapi import Depends

from ticketing_auth.ports import PasswordHasher, UserStore
from ticketing_common.web import from_database, from_state

StoreDep = Annotated[UserStore, Depends(from_database("store"))]
HasherDep = Annotated[PasswordHasher, Depends(from_state("hasher"))]
