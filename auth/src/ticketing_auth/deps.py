"""Dependencies of the routes, by type."""

from typing import Annotated

from fastapi import Depends

from ticketing_auth.ports import AccountDeps, RevocationStore
from ticketing_common.web import Sessions, from_database, from_state

Deps = Annotated[AccountDeps, Depends(from_database("deps"))]
# Signing out needs no index, and without a session no database.
RevocationStoreDep = Annotated[RevocationStore, Depends(from_state("revocation_store"))]
SessionsDep = Annotated[Sessions, Depends(from_state("sessions"))]
