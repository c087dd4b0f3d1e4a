"""The audit is clean after what users did in the browser. `make smoke` runs this file after the purchases."""

import asyncio

from playwright.async_api import expect

from ticketing_test_support.stack import ticketing


async def test_audit_is_clean_after_a_purchase(buyer, site):
    await buyer.pay_with("Succeeds")
    await expect(buyer.heading("Receipt")).to_be_visible()
    audit = await asyncio.to_thread(ticketing, "audit", "--settle", "60", STATE_DIR=str(site.state_dir))
    assert (audit.returncode, audit.stdout[:7]) == (0, "clean: "), audit.stdout + audit.stderr
