"""How many examples a property is tried on."""

from hypothesis import settings

QUICK, THOROUGH = 15, 2000


def examples(count: int) -> int:
    """So many in a run that people wait for, and in a thorough one as many times more as those
    that name no count: make test ARGS=--hypothesis-profile=thorough.
    """
    return count * settings().max_examples // QUICK
