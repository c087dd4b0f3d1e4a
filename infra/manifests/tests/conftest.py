"""The manifests, read once."""

import pytest
from infra.manifests.tests.manifests import Manifests


@pytest.fixture(scope="session")
def manifests() -> Manifests:
    return Manifests.read()
