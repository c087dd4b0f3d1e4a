"""`ticketing seed`: list sample tickets, by sellers whose accounts are kept in STATE_DIR."""

import json
import os
import secrets
from collections.abc import Mapping, Sequence

from ticketing_common.currency import Currency
from ticketing_local.state import StateDir, write_private
from ticketing_ops.seed.catalogue import TICKETS
from ticketing_ops.seed.shop import Seller, list_samples
from ticketing_ops.texts import counted

NAMES = ("ada", "ben")


def seed(state: StateDir, url: str, environ: Mapping[str, str] = os.environ) -> int:
    """List those that are missing at `url`, and print the accounts. Raises OperationError."""
    sellers = _sellers(state)
    added = list_samples(url, sellers, Currency.of(environ.get("CURRENCY") or "usd"))
    print(_summary(state, sellers, added), flush=True)
    return 0


def _sellers(state: StateDir) -> list[Seller]:
    """Stored before the accounts are created: a run that was interrupted is continued."""
    path = state.seed_file
    if path.exists():
        return [Seller(**account) for account in json.loads(path.read_text())["sellers"]]
    sellers = [Seller(f"{name}-{secrets.token_hex(2)}@example.com", secrets.token_urlsafe(12)) for name in NAMES]
    accounts = [{"email": seller.email, "password": seller.password} for seller in sellers]
    state.root.mkdir(parents=True, exist_ok=True)
    write_private(path, json.dumps({"sellers": accounts}, indent=2) + "\n")
    return sellers


def _summary(state: StateDir, sellers: Sequence[Seller], added: int) -> str:
    there = len(TICKETS) - added
    lines = [f"  {seller.email:<24}  password {seller.password}" for seller in sellers]
    known = f"; {there} were there already" if there else ""
    return "\n".join(
        [
            f"\nListed {counted(added, 'sample ticket')}{known}. Their sellers, also in {state.seed_file}:",
            *lines,
        ]
    )
