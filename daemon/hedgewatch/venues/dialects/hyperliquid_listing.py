"""What Hyperliquid calls its markets and tokens, and the tiers of its margin tables.

Sources: Hyperliquid documentation, "Info endpoint" (names of coins; "some assets may be remapped on
user interfaces. For example, BTC/USDC on app.hyperliquid.xyz corresponds to UBTC/USDC"), "Margin
tiers" (the recurrence of the deductions; "for IDs less than 50, there is a single tier with max
leverage equal to the ID"), "Funding" (paid every hour), "HIP-3" (`dex:COIN`).
"""

from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from typing import Any

from hedgewatch.core.model import Market, Tier
from hedgewatch.venues.fields import (
    OddReplyError,
    Row,
    UnlistedMarketError,
    number,
    positive,
    rows,
    says_yes,
    table,
    text,
)

VENUE = "hyperliquid"
MONEY = "USDC"
_MONEYS_NUMBER = "0"
STAKED = "HYPE"
"""What validators are given as their stake."""

MAIN = ""
"""The name of the venue's own exchange, beside those that others built on it (HIP-3)."""

REMAPPED = frozenset(
    {"2Z", "BONK", "BTC", "ETH", "FARTCOIN", "PENGU", "PUMP", "SOL", "SPX", "USDT", "XAUT", "XPL"}
)
"""Assets that ccxt gives to tokens of another name (UBTC is BTC). A token that bears such a name
itself is somebody else's.
"""

FUNDING_SECONDS = 3600.0
_ONE_TIER_BELOW = 50


class Listing:
    """Which symbol a coin stands for, and which asset a token is."""

    def __init__(self) -> None:
        self._symbols: dict[str, str] = {}
        self._coins: dict[str, str] = {}
        self._tokens: dict[str, str] = {}
        self._settles: dict[str, str] = {}
        self._names: dict[str, str] = {}

    def learn(self, markets: Mapping[str, Row]) -> None:
        """Take in ccxt's markets."""
        self._coins = {symbol: text(market["info"], "name") for symbol, market in markets.items()}
        self._symbols = {coin: symbol for symbol, coin in self._coins.items()}
        self._tokens = dict(_tokens(markets.values()))
        contracts = [market for market in markets.values() if market.get("settle")]
        self._settles = {MAIN: MONEY} | {
            str(market["info"].get("dex") or MAIN): str(market["settle"]) for market in contracts
        }

    def symbol(self, row: Row, name: str = "coin") -> str:
        """The symbol that a field names; an unlisted one is not to be skipped in silence."""
        symbol = self._symbols.get(row.get(name, ""))
        if symbol is None:
            raise UnlistedMarketError(f"{text(row, name)} is no market that the venue lists")
        return symbol

    def coin(self, symbol: str) -> str:
        """How the venue calls a market."""
        return self._coins[symbol]

    def named(self, of: str) -> str:
        """How the venue calls a market, or the token that an asset is."""
        return self._coins.get(of) or self._names.get(of, of)

    @property
    def pulse(self) -> str:
        """The coin whose book shows the time: BTC, where it is listed."""
        return "BTC" if "BTC" in self._symbols else next(iter(self._symbols), "")

    def settle(self, dex: str) -> str:
        """The currency that an exchange on Hyperliquid settles in."""
        settle = self._settles.get(dex)
        if settle is None:
            raise UnlistedMarketError(f"no market of {dex} is listed")
        return settle

    def asset(self, row: Row) -> str:
        """What a token is, by the market in which it is traded. One that is traded nowhere is told
        apart by its number: anybody may call a token BTC, or KPEPE, and give it away.
        """
        name, number_of_it = text(row, "coin"), str(row.get("token"))
        known = self._tokens.get(number_of_it)
        if known is not None:
            self._names[known] = name
            return known
        return name if (name, number_of_it) == (MONEY, _MONEYS_NUMBER) else f"{name}@{number_of_it}"

    def dexes(self, symbols: Iterable[str]) -> set[str]:
        """On which exchanges these are traded."""
        return {dex_of(self._coins[symbol]) for symbol in symbols if symbol in self._coins}


def dex_of(coin: str) -> str:
    """On which exchange a coin is traded: `xyz:TSLA` on one that others built."""
    dex, colon, _ = coin.partition(":")
    return dex if colon else MAIN


def _tokens(markets: Iterable[Row]) -> Iterator[tuple[str, str]]:
    """Assets by the numbers of their tokens, from the pairs in which they are traded."""
    for market in markets:
        pair: Any = market["info"].get("tokens")
        if pair is None:
            continue
        for token, side, own in ((pair[1], "quote", "quoteId"), (pair[0], "base", "baseName")):
            if market.get(own) not in REMAPPED:
                yield str(token), str(market[side])


def unified_market(unified: Row) -> Market:
    """A perpetual, of one unit of its base, or a spot pair. Its tick is that of its price now: the
    venue allows five significant figures.
    """
    info, settle = unified["info"], unified.get("settle") or ""
    return Market(
        venue=VENUE,
        symbol=text(unified, "symbol"),
        base=text(unified, "base"),
        quote=text(unified, "quote"),
        settle=settle,
        contract_size=float(unified.get("contractSize") or 1.0),
        step=_exact(unified, "amount"),
        tick=_exact(unified, "price"),
        funding_interval=FUNDING_SECONDS if settle else None,
        status="closed" if says_yes(info, "isDelisted") else "trading",
    )


def _exact(unified: Row, name: str) -> Decimal:
    steps = unified["precision"]
    positive(steps, name)
    return Decimal(str(steps[name])).normalize()


def tiers(reply: object, listing: Listing) -> dict[str, tuple[Tier, ...]]:
    """By symbol, from a `meta`; of the markets that are listed."""
    meta = table(reply, "meta")
    tables = dict(_tables(meta.get("marginTables") or []))
    found: dict[str, tuple[Tier, ...]] = {}
    for row in rows(meta.get("universe"), "universe"):
        try:
            symbol = listing.symbol(row, "name")
        except UnlistedMarketError:
            continue
        found[symbol] = _of(row, tables)
    return found


def _tables(listed: object) -> Iterator[tuple[str, tuple[Tier, ...]]]:
    if not isinstance(listed, list):
        raise OddReplyError("marginTables is not a list")
    for pair in listed:
        if not isinstance(pair, list) or len(pair) != 2:  # noqa: PLR2004 - a number and a table
            raise OddReplyError("a margin table without its number")
        bounds = rows(table(pair[1], "a margin table").get("marginTiers"), "marginTiers")
        told = [(number(row, "lowerBound"), positive(row, "maxLeverage")) for row in bounds]
        yield str(pair[0]), _tiered(sorted(told))


def _of(row: Row, tables: Mapping[str, tuple[Tier, ...]]) -> tuple[Tier, ...]:
    """By the table that a market names; of those below 50 the number is the leverage."""
    if row.get("marginTableId") is None:
        return _tiered([(0.0, positive(row, "maxLeverage"))])
    known = tables.get(str(row["marginTableId"]))
    if known:
        return known
    alone = positive(row, "marginTableId")
    if alone >= _ONE_TIER_BELOW:
        raise OddReplyError(f"margin table {alone:.0f} of {row.get('name')} is not listed")
    return _tiered([(0.0, alone)])


def _tiered(told: Iterable[tuple[float, float]]) -> tuple[Tier, ...]:
    """From lower bounds and maximum leverages: maintenance is half the initial margin at those."""
    found: list[Tier] = []
    before = deduction = 0.0
    for floor, leverage in told:
        rate = 1.0 / (2.0 * leverage)
        deduction += floor * (rate - before)
        found.append(Tier(floor, rate, deduction))
        before = rate
    return tuple(found)
