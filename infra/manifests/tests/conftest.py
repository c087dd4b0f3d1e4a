"""The manifests, read once."""

import pytest
from infra.manifests.reading import Manifests


@pytest.fixture(scope="session")
def manifests() -> Manifests:
    return Manifests.read()
