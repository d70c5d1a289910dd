"""Starting the program takes seconds: the tests of one module share one, made calm before each."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from tests.daemon.house import House, housed


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def shared_house(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[House]:
    async with housed(tmp_path_factory.mktemp("house")) as house:
        yield house


@pytest_asyncio.fixture(loop_scope="module")
async def house(shared_house: House) -> House:
    """A house at peace: no fault, no alert, 200 AIX short at 1,000 with 100,000 USDT behind."""
    await shared_house.calm()
    return shared_house
