"""The manifests, read once per run."""

import pytest
from infra.manifests.tests.manifests import Manifests


@pytest.fixture(scope="session")
def manifests() -> Manifests:
    return Manifests.read()
