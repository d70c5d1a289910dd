"""What takes seconds to import is imported beside the loop, and never searched for garbage."""

import gc
import sys
from collections.abc import Iterator

import pytest

from hedgewatch import loop
from hedgewatch.imports import import_for_good


@pytest.fixture(autouse=True)
def _as_before() -> Iterator[None]:
    yield
    gc.unfreeze()


async def test_what_was_imported_is_never_gone_through_for_garbage() -> None:
    sys.modules.pop("wave", None)
    before = gc.get_freeze_count()
    module = await loop.imported("wave")
    assert module is sys.modules["wave"]
    assert gc.get_freeze_count() > before
    assert gc.isenabled()


async def test_what_is_imported_again_freezes_nothing_that_may_become_garbage() -> None:
    await loop.imported("wave")
    before = gc.get_freeze_count()
    await loop.imported("wave")
    assert gc.get_freeze_count() == before


def test_an_import_that_fails_says_so_and_leaves_the_garbage_collector_on() -> None:
    with pytest.raises(ModuleNotFoundError):
        import_for_good("hedgewatch.no_such_module")
    assert gc.isenabled()
