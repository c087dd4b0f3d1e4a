"""Real servers, sessions and recorders for tests. Only tests import it, and the local stack its `binaries`."""
