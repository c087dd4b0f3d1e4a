"""The script that pages load: one classic script from the emulator itself. What it does, tests/browser shows."""

import shutil
import subprocess

import pytest

from stripe_emulator.page.script import script_text


async def test_it_is_served_where_stripe_js_would_be(page):
    answer = await page.get("/v3/")
    assert (answer.status_code, answer.headers["content-type"]) == (200, "text/javascript; charset=utf-8")
    assert answer.text == script_text()


@pytest.mark.skipif(shutil.which("node") is None, reason="needs node")
def test_it_is_one_valid_script_that_leaves_only_stripe_behind(tmp_path):
    script = tmp_path / "stripe.js"
    script.write_text(script_text())
    page = "globalThis.window = {}; globalThis.document = {currentScript: {src: 'http://h/v3/'}};"
    check = f"{page} require({str(script)!r}); console.log(Object.keys(window), window.Stripe.version)"
    answer = subprocess.run(["node", "-e", check], capture_output=True, text=True, check=True)
    assert answer.stdout.split() == ["[", "'Stripe'", "]", "endive"]


@pytest.mark.parametrize("path", ["/v3/", "/v1/events", "/v1/nothing"])
async def test_a_gateway_that_rewrites_nothing_may_show_it_under_its_own_path(page, path):
    here, there = await page.get(path), await page.get(f"/emulator-stripe{path}")
    assert (there.status_code, there.headers["content-type"]) == (here.status_code, here.headers["content-type"])


async def test_what_only_the_operator_may_do_is_not_under_that_path(page):
    assert (await page.get("/emulator/faults")).status_code == 200
    assert (await page.get("/emulator-stripe/emulator/faults")).status_code == 404
