"""A paper exchange on which nothing moves until a test moves it."""

from collections.abc import AsyncIterator

import pytest

from hedgewatch.sim.exchange import PaperExchange


@pytest.fixture
async def exchange() -> AsyncIterator[PaperExchange]:
    async with PaperExchange(story="manual", tick_seconds=0.05) as paper:
        yield paper
