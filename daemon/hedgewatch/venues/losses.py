"""Asks the venue why coins became less, where no stream tells."""

import asyncio
from collections.abc import Sequence

import ccxt
import structlog

from hedgewatch.core.events import BalanceChanged
from hedgewatch.core.model import EndReason
from hedgewatch.venues.dialect import Dialect, Exchange, Question
from hedgewatch.venues.fields import OddReplyError
from hedgewatch.venues.surroundings import Surroundings

EXPLAINED_WITHIN = 10.0
"""Seconds. A later answer explains nothing any more, and the next reading waits for this."""

log = structlog.get_logger()


class Losses:
    """Of one account."""

    def __init__(self, account: str, dialect: Dialect, around: Surroundings) -> None:
        self._account = account
        self._dialect = dialect
        self._around = around

    async def explain(self, exchange: Exchange, symbols: Sequence[str]) -> None:
        """What the venue knows is told of the same balance again."""
        losses = self._dialect.losses(exchange, symbols)
        async with asyncio.timeout(EXPLAINED_WITHIN):
            for balance, questions in losses:
                end = await self._answer(questions)
                log.info("a balance shrank", asset=balance.asset, reason=end)
                if end is not None:
                    self._around.publish(BalanceChanged(self._account, balance, end))

    async def _answer(self, questions: Sequence[Question]) -> EndReason | None:
        """The first that knows. One that is refused or not heard keeps nobody from the others."""
        for ask in questions:
            try:
                end = await ask()
            except (ccxt.ExchangeError, ccxt.OperationFailed, OddReplyError) as error:
                log.info("the venue does not say", error=type(error).__name__)
                continue
            if end is not None:
                return end
        return None
