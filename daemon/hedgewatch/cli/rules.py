"""`hedgewatch rules`: the rule files, their tests, and what becomes of them.

Each action is a module `rules_<action>` with a `perform`.
"""

from argparse import Namespace
from importlib import import_module


def perform(options: Namespace) -> int:
    """Do it; a ConfigurationError says what is wrong."""
    code: int = import_module(f"hedgewatch.cli.rules_{options.action}").perform(options)
    return code
