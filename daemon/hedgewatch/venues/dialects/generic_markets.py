"""Markets and their past by the unified fields of ccxt."""

from collections.abc import Mapping
from decimal import Decimal

from hedgewatch.core.model import Market
from hedgewatch.venues.dialects.generic_units import contract_size
from hedgewatch.venues.fields import OddReplyError, Row, number_or_none, text
from hedgewatch.venues.known import KNOWN
from hedgewatch.venues.polling import Funding

_SMALLEST_STEP = Decimal("0.00000001")
"""Where ccxt does not tell steps."""

_MINUTE = 60_000.0


def market_of(venue: str, unified: Row, funding: Funding) -> Market:
    """A market. No fee: what ccxt has there is its own table, not the account's."""
    symbol, settle = text(unified, "symbol"), unified.get("settle") or ""
    end = number_or_none(unified, "expiry")
    return Market(
        venue=venue,
        symbol=symbol,
        base=text(unified, "base"),
        quote=text(unified, "quote"),
        settle=settle,
        contract_size=contract_size(venue, unified) if settle else 1.0,
        step=_step(venue, unified, "amount"),
        tick=_step(venue, unified, "price"),
        linear=not unified.get("inverse"),
        expiry=None if end is None else end / 1000.0,
        funding_interval=funding.interval(symbol),
        status="halted" if unified.get("active") is False else "trading",
    )


def _step(venue: str, unified: Row, name: str) -> Decimal:
    precision = unified.get("precision")
    told = number_or_none(precision, name) if isinstance(precision, Mapping) else None
    if not KNOWN[venue].steps or told is None or told <= 0.0:
        return _SMALLEST_STEP
    return Decimal(str(told)).normalize()


def bars_of(reply: object, now: float) -> tuple[tuple[float, float], ...]:
    """Ends and closes of the minutes that are over: a bar of ccxt's has the time of its beginning.
    A row that is no bar is left out.
    """
    if not isinstance(reply, list):
        raise OddReplyError("bars is not a list")
    found = []
    for row in reply:
        named = {str(n): each for n, each in enumerate(row if isinstance(row, list) else ())}
        began, close = number_or_none(named, "0"), number_or_none(named, "4")
        if began is None or close is None or close <= 0.0:
            continue
        end = (began + _MINUTE) / 1000.0
        if end <= now:
            found.append((end, close))
    return tuple(found)
