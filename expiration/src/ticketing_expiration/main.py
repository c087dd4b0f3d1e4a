"""`uvicorn ticketing_expiration.main:app`: the only import with side effects."""

from ticketing_common.garbage_collection import tune_garbage_collector
from ticketing_common.settings import load
from ticketing_expiration.app import create_app
from ticketing_expiration.settings import Settings

app = create_app(load(Settings))
tune_garbage_collector()
