"""What an account can be watched without: a server or a key that refuses it makes nobody blind."""

from collections.abc import Awaitable, Callable, Mapping

import ccxt
import structlog

from hedgewatch.venues.fields import OddReplyError

Ask = Callable[[], Awaitable[None]]

log = structlog.get_logger()


async def optional(asked: Awaitable[object], what: str) -> object | None:
    """The reply, None where it was refused or not heard."""
    try:
        return await asked
    except (ccxt.BaseError, OddReplyError) as error:
        log.info("the venue does not tell it", what=what, error=type(error).__name__)
        return None


async def each(asks: Mapping[str, Ask]) -> None:
    """Do all of them: what one is refused costs no other. The refusals are raised at the end."""
    if refused := await refusals(asks):
        raise not_told(refused)


async def refusals(asks: Mapping[str, Ask]) -> dict[str, Exception]:
    """Do all of them, and say which were refused, by their names."""
    refused: dict[str, Exception] = {}
    for name, ask in asks.items():
        try:
            await ask()
        except (ccxt.BaseError, OddReplyError) as error:
            refused[name] = error
    return refused


def not_told(refused: Mapping[str, Exception]) -> ExceptionGroup[Exception]:
    """All that was refused, to be raised once the rest is known."""
    return ExceptionGroup(f"not told: {', '.join(refused)}", list(refused.values()))


def unheard(what: str, *, was_told: bool) -> str:
    """What the venue does not tell, in words; of what `was_told` once that is kept."""
    known = "is as it was told last" if was_told else "is not counted"
    return f"{what} {known}: the venue does not tell"
