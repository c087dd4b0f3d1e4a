"""Crash points: a stack whose services a test can stop dead at any step, what is done to reach each, and the matrix."""

from ticketing_test_support.crashing.matrix import MATRIX, SAMPLE, Cell, Way, cells
from ticketing_test_support.crashing.running import Outcomes, run
from ticketing_test_support.crashing.stack import COMMAND, FORGETFUL, WINDOW_SECONDS, folder_of

__all__ = [
    "COMMAND",
    "FORGETFUL",
    "MATRIX",
    "SAMPLE",
    "WINDOW_SECONDS",
    "Cell",
    "Outcomes",
    "Way",
    "cells",
    "folder_of",
    "run",
]
