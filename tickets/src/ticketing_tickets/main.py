"""`uvicorn ticketing_tickets.main:app`: the only import with side effects."""

from ticketing_common.garbage_collection import tune_garbage_collector
from ticketing_common.settings import load
from ticketing_tickets.app import create_app
from ticketing_tickets.settings import Settings

app = create_app(load(Settings))
tune_garbage_collector()
