"""Where the price of what is owned comes from, of the markets that the accounts list."""

from collections.abc import Collection, Iterable, Mapping

from hedgewatch.config.symbols import Symbol, parse_symbol
from hedgewatch.connect.proposals import Proposal, Underlying

_PREFERRED = ("/USDT:USDT", "/USDC:USDC", "/USDT", "/USDC", "/USD")
"""Behind the name of a coin, the best first."""

Markets = Mapping[str, Collection[str]]
"""By account, the symbols that its venue lists."""


def sources(assets: Iterable[str], markets: Markets) -> dict[str, tuple[str, str]]:
    """Account and symbol by asset; an asset that no account lists has none."""
    wanted = {asset: _best(asset, markets) for asset in assets}
    return {asset: where for asset, where in wanted.items() if where is not None}


def _best(asset: str, markets: Markets) -> tuple[str, str] | None:
    for ending in _PREFERRED:
        for account, symbols in markets.items():
            if f"{asset}{ending}" in symbols:
                return account, f"{asset}{ending}"
    return None


def without_price(
    assets: Iterable[str], symbols: Iterable[str], underlying: Underlying
) -> list[str]:
    """Those of these assets that no market of a hedge prices, each once. A contract prices the coin
    that it is on, and what it is quoted in is its own price.
    """
    parts = [part for part in map(parse_symbol, symbols) if part is not None]
    return [asset for asset in dict.fromkeys(assets) if not _is_priced(asset, parts, underlying)]


def _is_priced(asset: str, parts: Iterable[Symbol], underlying: Underlying) -> bool:
    name = underlying(asset)[0]
    return any(underlying(part.base)[0] == name or part.quote == asset for part in parts)


def symbols_of(hedges: Iterable[Proposal]) -> list[str]:
    """The markets of all legs."""
    legs = (leg for hedge in hedges for leg in (*hedge.exposure, *hedge.cover))
    return [leg.symbol for leg in legs if leg.symbol]
