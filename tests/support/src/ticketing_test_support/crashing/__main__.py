"""`python -m ticketing_test_support.crashing [MODULE…]`: as `ticketing up`, with services that a test can stop dead.

Each of them imports these modules before it begins.
"""

import os
import sys
from functools import partial

from ticketing_local.errors import StackError
from ticketing_local.settings import read_settings
from ticketing_local.up import up
from ticketing_test_support.crashing.stack import crashable_table

try:
    sys.exit(up(read_settings(os.environ), partial(crashable_table, preloads=sys.argv[1:])))
except StackError as error:
    sys.stderr.write(f"error: {error}\n")
    sys.exit(error.exit_status)
