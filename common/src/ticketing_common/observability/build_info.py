"""What runs: the metric `ticketing_build_info`, whose value is always 1."""

import platform
from importlib.metadata import PackageNotFoundError, version

from ticketing_common.observability.metrics import BUILD_INFO


def export_build_info(service: str, *, package: str, revision: str) -> None:
    """Export the version of the installed `package` (`unknown` if it is none) and the Git `revision`."""
    BUILD_INFO.labels(service, _version(package), revision, platform.python_version()).set(1)


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "unknown"
