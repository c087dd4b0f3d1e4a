"""The fixtures of the whole workspace: real servers, started once a run."""

pytest_plugins = ["ticketing_common.testing.fixtures"]
