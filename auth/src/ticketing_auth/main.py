"""`uvicorn ticketing_auth.main:app`: the only import with side effects."""

from ticketing_auth.app import create_app
from ticketing_auth.settings import Settings
from ticketing_common.garbage_collection import tune_garbage_collector
from ticketing_common.settings import load

app = create_app(load(Settings))
tune_garbage_collector()
