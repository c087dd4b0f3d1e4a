"""What a first visit waits for."""

import re

HINT = "//# allFunctionsCalledOnLoad"


async def test_what_every_page_runs_asks_to_be_compiled_as_it_comes(arrive):
    visitor = await arrive()
    page = await (await visitor.context.request.get("/")).text()
    scripts = {path: await visitor.context.request.get(path) for path in re.findall(r'<script src="([^"]+)"', page)}
    hinted = [path for path, answer in scripts.items() if (await answer.text()).startswith(HINT)]
    assert any("turbopack" in path for path in hinted), scripts
    assert len(hinted) > 2


async def test_each_ticket_of_a_list_is_sent_once(arrive):
    seller = await arrive("seller@example.com")
    ids = [await seller.has_ticket("A list of one markup", 40) for _ in range(3)]
    page = await (await seller.context.request.get("/?q=A+list+of+one+markup")).text()
    assert page.count('class="line-clamp-3') == len(ids)  # the title of a card
    assert r"className\":\"line-clamp-3" not in page
