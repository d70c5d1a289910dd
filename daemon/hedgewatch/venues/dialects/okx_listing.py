"""What OKX lists: which symbol an instId stands for, and each market as the core has it.

A contract is `ctVal` × `ctMult` coins, or dollars of an inverse one (OKX API, "Get instruments").
"""

from collections.abc import Mapping
from decimal import Decimal
from types import MappingProxyType

from hedgewatch.core.model import Market, MarketStatus
from hedgewatch.venues.fields import (
    Row,
    UnlistedMarketError,
    number_or_none,
    positive,
    table,
    text,
)

CONTRACTS = frozenset({"SWAP", "FUTURES"})
"""Types of what is held as a position that we can compute."""

_AS_MUCH = 1.5

_STATES: Mapping[object, MarketStatus] = MappingProxyType(
    {
        "live": "trading",
        "suspend": "halted",
        "preopen": "halted",
        "post_only": "halted",
        "rebase": "halted",
        "settling": "settling",
    }
)


class Listing:
    """The markets of a site of OKX by their ids."""

    def __init__(self, venue: str) -> None:
        self.venue = venue
        self._symbols: Mapping[str, str] = {}
        self._markets: Mapping[str, Row] = {}
        self._fits: dict[tuple[str, float], float] = {}

    def learn(self, markets: Mapping[str, Row]) -> None:
        """Take in ccxt's markets."""
        self._markets = markets
        self._symbols = {str(market["id"]): symbol for symbol, market in markets.items()}

    def symbol(self, row: Row, name: str = "instId") -> str:
        """The symbol that a field names; an unlisted one is not to be skipped in silence."""
        symbol = self._symbols.get(row.get(name, ""))
        if symbol is None:
            raise UnlistedMarketError(f"{text(row, name)} is no market that the venue lists")
        return symbol

    def has(self, symbol: str) -> bool:
        """Whether it is listed (still)."""
        return symbol in self._markets

    def lists(self, name: str) -> bool:
        """Whether there is a market of this id."""
        return name in self._symbols

    def id(self, symbol: str) -> str:
        """What the venue calls it; UnlistedMarketError where it lists none."""
        return str(self._market(symbol)["id"])

    def is_contract(self, symbol: str) -> bool:
        """Whether it is a swap or a future."""
        return symbol in self._markets and self.kind(symbol) in CONTRACTS

    def contracts(self) -> list[str]:
        """All swaps and futures."""
        return [symbol for symbol in self._markets if self.is_contract(symbol)]

    def kind(self, symbol: str) -> str:
        """Its instType: SPOT, SWAP or FUTURES."""
        return text(self._info(symbol), "instType")

    def family(self, symbol: str) -> str:
        """As tiers, fees and the index of a contract go by: `BTC-USDT`."""
        return text(self._info(symbol), "instFamily")

    def fee_group(self, symbol: str) -> str:
        """Contracts of one group pay one fee; empty where the venue names none."""
        return str(self._info(symbol).get("groupId") or "")

    def index_of(self, symbol: str) -> str:
        """The id of the index that a contract follows."""
        return text(self._info(symbol), "uly")

    def settles_in(self, symbol: str) -> str:
        """The coin of its margin."""
        return str(self._market(symbol).get("settle") or "")

    def is_dated(self, symbol: str) -> bool:
        """Whether it is a future that is delivered."""
        return self._info(symbol).get("instType") == "FUTURES"

    def pays_funding(self, symbol: str) -> bool:
        """Whether it does: swaps, and futures of many years that do so all the same (`xperp`)."""
        return not self.is_dated(symbol) or self._info(symbol).get("ruleType") == "xperp"

    def size(self, symbol: str) -> float:
        """What one contract is of, as `Market.contract_size`."""
        return size_of(self._info(symbol))

    def resized(self, row: Row) -> str:
        """Why a position shows that its contract is no more of the size that is listed, in words;
        empty where it does not, or did not fit before either.
        """
        symbol = self.symbol(row)
        size, shown = self.size(symbol), self._shown(row, symbol)
        fits = self._fits.get((symbol, size))
        if not shown or not fits or 1.0 / _AS_MUCH < shown / size / fits < _AS_MUCH:
            return ""
        return f"a contract of {text(row, 'instId')} is of {shown:g} now and no more of {size:g}"

    def check_size(self, row: Row) -> None:
        """UnlistedMarketError once, when a position shows another size than is listed and than it
        showed before: if that is listed anew all the same, it is believed.
        """
        symbol = self.symbol(row)
        key, shown, why = (symbol, self.size(symbol)), self._shown(row, symbol), self.resized(row)
        if why:
            del self._fits[key]
            raise UnlistedMarketError(why)
        if shown:
            self._fits.setdefault(key, shown / key[1])

    def _shown(self, row: Row, symbol: str) -> float:
        """Of how much a contract is by the value of a position, 0 where that does not tell.

        `notionalUsd` is its value at the mark (OKX API, "Get positions"), in dollars: what a coin
        is worth in them makes no half as much again of it.
        """
        amount, worth = number_or_none(row, "pos"), number_or_none(row, "notionalUsd")
        price = (number_or_none(row, "markPx") or 0.0) if self.is_linear(symbol) else 1.0
        return worth / abs(amount) / price if amount and worth and price > 0.0 else 0.0

    def is_linear(self, symbol: str) -> bool:
        """Whether that is coins."""
        return is_linear(self._info(symbol))

    def _market(self, symbol: str) -> Row:
        market = self._markets.get(symbol)
        if market is None:
            raise UnlistedMarketError(f"{symbol} is no market that the venue lists")
        return market

    def _info(self, symbol: str) -> Row:
        return table(self._market(symbol).get("info"), "info")


def is_linear(info: Row) -> bool:
    """By `ctType`: ccxt asks whether it settles in its quote, which not all that are linear do."""
    return info.get("ctType") != "inverse"


def size_of(info: Row) -> float:
    """CtVal × ctMult; a spot pair is traded in units. One that is not open yet may tell none."""
    if not info.get("ctVal") and info.get("instType") not in CONTRACTS:
        return 1.0
    return positive(info, "ctVal") * (number_or_none(info, "ctMult") or 1.0)


def market_of(venue: str, unified: Row, funding_interval: float | None) -> Market:
    """With exact steps, as the venue writes them. `expTime` is also that of a delisting."""
    info = table(unified.get("info"), "info")
    ends = number_or_none(info, "expTime")
    return Market(
        venue=venue,
        symbol=text(unified, "symbol"),
        base=text(unified, "base"),
        quote=text(unified, "quote"),
        settle=unified.get("settle") or "",
        contract_size=size_of(info),
        step=_exact(info, "lotSz"),
        tick=_exact(info, "tickSz"),
        linear=is_linear(info),
        expiry=ends / 1000.0 if ends else None,
        funding_interval=funding_interval,
        status=_STATES.get(info.get("state"), "unknown"),
    )


def _exact(info: Row, name: str) -> Decimal:
    positive(info, name)
    return Decimal(str(info[name])).normalize()
