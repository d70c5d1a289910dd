"""Imports of what is large and stays: no garbage is sought in it, while it comes or ever after."""

import gc
import sys
from importlib import import_module
from types import ModuleType


def import_for_good(name: str) -> ModuleType:
    """A module. ccxt makes a quarter of a million objects: to go through them would stop
    everything for a tenth of a second each time, and takes a sixth of the import.

    What was imported before freezes nothing: by now some of what is there may become garbage.
    """
    known = name in sys.modules
    gc.disable()
    try:
        module = import_module(name)
        if not known:
            gc.freeze()
    finally:
        gc.enable()
    return module
