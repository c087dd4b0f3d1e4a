"""The service responds as its OpenAPI document describes, to requests generated from the document."""

import threading
from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
import uvicorn
from fastapi import FastAPI
from hypothesis import HealthCheck, given, settings
from schemathesis import Case, GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import response_schema_conformance, status_code_conformance

from ticketing_test_support.servers import free_port
from ticketing_test_support.sessions import cookie_for
from ticketing_test_support.waiting import wait_until

SELLER = cookie_for()
CHECKS = [not_a_server_error, response_schema_conformance, status_code_conformance]


@pytest.fixture
def url(app: FastAPI) -> Iterator[str]:
    """The service under uvicorn, on a free port."""
    port = free_port()
    server = uvicorn.Server(uvicorn.Config(app, port=port, log_config=None, ws="none"))
    thread = threading.Thread(target=server.run)
    thread.start()
    wait_until(lambda: bool(app.state.database.ready), within=20, what="the service being ready")
    yield f"http://127.0.0.1:{port}"
    server.should_exit = True
    thread.join(timeout=20)


@pytest.mark.parametrize("mode", list(GenerationMode))
@pytest.mark.filterwarnings("default")  # the tool's own, not ours
def test_responses_match_the_openapi_document(app: FastAPI, url: str, mode: GenerationMode) -> None:
    found = [result.ok() for result in schemathesis.openapi.from_dict(app.openapi()).get_all_operations()]  # type: ignore[union-attr]  # an invalid document raises
    assert len(found) == 4
    # Any text is a valid id, so no invalid request exists for an operation that takes nothing else.
    for operation in found if mode is GenerationMode.POSITIVE else [o for o in found if o.body or o.query]:

        @given(case=operation.as_strategy(generation_mode=mode))
        @settings(max_examples=20, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
        def responds_as_documented(case: Case[Any]) -> None:
            case.validate_response(case.call(base_url=url, headers=SELLER), checks=CHECKS)

        responds_as_documented()
