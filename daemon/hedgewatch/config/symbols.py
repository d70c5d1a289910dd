"""Symbols as ccxt writes them: `BASE/QUOTE`, `BASE/QUOTE:SETTLE` or `BASE/QUOTE:SETTLE-YYMMDD`."""

import re
from dataclasses import dataclass

_SYMBOL = re.compile(
    r"(?P<base>[^\s/:]+)/(?P<quote>[^\s/:]+?)(?::(?P<settle>[^\s/:]+?)(?:-(?P<expiry>\d{6}))?)?"
)
_MONTHS = range(1, 13)
_DAYS = range(1, 32)


@dataclass(frozen=True, slots=True)
class Symbol:
    """The parts of a symbol; a spot pair has no `settle`."""

    base: str
    quote: str
    settle: str


def parse_symbol(text: str) -> Symbol | None:
    """The parts of a symbol, None when it is not written as ccxt writes it."""
    match = _SYMBOL.fullmatch(text)
    if match is None:
        return None
    expiry = match["expiry"]
    if expiry and (int(expiry[2:4]) not in _MONTHS or int(expiry[4:]) not in _DAYS):
        return None
    return Symbol(match["base"], match["quote"], match["settle"] or "")


def checked_symbol(text: str) -> str:
    """The same text, or a ValueError that says how symbols are written."""
    if parse_symbol(text) is None:
        raise ValueError(
            "a symbol is written as ccxt writes it: BTC/USDT for a spot pair, BTC/USDT:USDT "
            "for a perpetual, BTC/USDT:USDT-261225 for a dated future"
        )
    return text
