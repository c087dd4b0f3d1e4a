"""Pages of other origins cannot act for a user: their forms and scripts are refused, those of our own pages are not."""

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

SUBMIT = """path => {
  const form = Object.assign(document.createElement("form"), {method: "post", enctype: "text/plain", action: path});
  document.body.append(form);
  form.submit();
}"""
FETCH = """url => fetch(url, {method: "POST", mode: "no-cors", credentials: "include"}).then(() => true, () => false)"""
OWN_FETCH = """url => fetch(url, {method: "POST"}).then((response) => response.status)"""


class Page(BaseHTTPRequestHandler):
    """An empty page."""

    def do_GET(self):
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.end_headers()

    def log_message(self, *arguments):
        """Nothing."""


@pytest.fixture
def foreign_port() -> Iterator[int]:
    """The port of a server with a page."""
    with HTTPServer(("127.0.0.1", 0), Page) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server.server_port
        server.shutdown()


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1"], ids=["another site", "another port of the same site"])
@pytest.mark.parametrize("script", [SUBMIT, FETCH], ids=["form", "fetch"])
@pytest.mark.parametrize("path", ["/api/users/signout", "/api/users/signin"])
async def test_write_from_a_foreign_page_is_refused(new_user, foreign_port, host, script, path):
    user = await new_user("buyer@example.com")
    page = await user.context.new_page()
    await page.goto(f"http://{host}:{foreign_port}/")
    async with page.expect_response(f"**{path}") as responding:
        await page.evaluate(script, f"{user.url}{path}")
    assert (await responding.value).status == 403
    session = await (await user.context.request.get("/api/users/currentuser")).json()
    assert session["currentUser"] is not None


async def test_own_page_may_write(new_user):
    user = await new_user("buyer@example.com")
    await user.goto("/")
    assert await user.page.evaluate(OWN_FETCH, "/api/users/signout") == 200
