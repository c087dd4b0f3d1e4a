"""The fixtures of the whole workspace: real servers, started once a run."""

from hypothesis import settings

# A machine that is busy with other things is no failure of what is tested.
settings.register_profile("shared", deadline=None)
settings.load_profile("shared")

pytest_plugins = ["ticketing_common.testing.fixtures"]
