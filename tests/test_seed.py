"""`ticketing seed` on the whole system."""

import asyncio
import json
import stat
from pathlib import Path

import httpx

from ticketing_test_support.stack import Stack, ticketing


async def seed(stack: Stack, state_dir: Path) -> str:
    done = await asyncio.to_thread(ticketing, "seed", "--url", stack.url, STATE_DIR=str(state_dir))
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


async def listed(stack: Stack, account: dict[str, str]) -> list[str]:
    async with httpx.AsyncClient(base_url=stack.url, timeout=30, trust_env=False) as http:
        assert (await http.post("/api/users/signin", json=account)).status_code == 200
        return [ticket["title"] for ticket in (await http.get("/api/tickets?seller=me&limit=100")).json()]


async def test_sample_tickets_are_listed_once(stack: Stack, tmp_path: Path) -> None:
    first, again = await seed(stack, tmp_path), await seed(stack, tmp_path)
    assert "Listed 40 sample tickets." in first
    assert "Listed no sample tickets; 40 were there already." in again
    file = tmp_path / "seed.json"
    sellers = json.loads(file.read_text())["sellers"]
    titles = [await listed(stack, account) for account in sellers]
    assert [len(of_one) for of_one in titles] == [20, 20]
    assert len(set(titles[0] + titles[1])) == 40
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert all(account[field] in output for output in (first, again) for account in sellers for field in account)
