"""Databases on a real mongod, with the driver that `MONGO_DRIVER` names."""

import os
from collections.abc import Mapping, Sequence
from typing import cast

from pymongo import IndexModel

from ticketing_common.mongo import Database, Driver


def database_at(uri: str, *, default_name: str, indexes: Mapping[str, Sequence[IndexModel]]) -> Database:
    """A database that is not ready yet."""
    driver = cast(Driver, os.environ.get("MONGO_DRIVER", "motor"))
    return Database(uri, default_name=default_name, indexes=indexes, mongo_driver=driver)
