"""The services' HTTP protocol with limits that a test can wait for."""

from ticketing_common.http_protocol import BoundedHttpProtocol


class QuickProtocol(BoundedHttpProtocol):
    """Two seconds instead of ten."""

    receive_seconds = 2
