"""Whether everything that is owned has a price: without one a hedge cannot be judged."""

from collections.abc import Iterator

from hedgewatch.config.draft import Draft
from hedgewatch.config.hedges import wrong_market
from hedgewatch.config.problems import Problem
from hedgewatch.config.schema import aliases_of
from hedgewatch.config.symbols import parse_symbol
from hedgewatch.config.yaml_source import Location
from hedgewatch.core.book.underlying import Assets


def wrong_price_sources(draft: Draft) -> Iterator[Problem]:
    """A price that cannot come from where it is said to."""
    for location in draft.source.matching("prices", str):
        account = draft.source.get((*location, "account"))
        symbol = draft.source.get((*location, "symbol"))
        if isinstance(account, str):
            yield from wrong_market(draft, location, account, str(symbol))


def unpriced_assets(draft: Draft) -> Iterator[Problem]:
    """What is owned and has no price, once per asset, at the first place that names it."""
    bases = {parts.base for symbol in _leg_symbols(draft) if (parts := parse_symbol(symbol))}
    underlying_of = Assets(aliases_of(draft.top.assets)).underlying_of
    streamed = {underlying_of(base)[0] for base in bases}
    named = draft.source.get(("prices",))
    priced = {underlying_of(str(a))[0] for a in (named if isinstance(named, dict) else ())}
    for asset, location in _owned(draft).items():
        if underlying_of(asset)[0] not in priced | streamed:
            account = next(iter(draft.names("accounts")), "…")
            yield draft.source.problem_of_key(
                location,
                f"{asset} has no price: add to prices: "
                f'{asset}: {{account: {account}, symbol: "{asset}/USDT:USDT"}}',
            )


def _owned(draft: Draft) -> dict[str, Location]:
    """Where each asset is first named. Money in a wallet is its own price, unless it is hedged."""
    owned: dict[str, Location] = {}
    money = _quotes(draft)
    for _, location, asset in draft.holdings():
        if asset not in money:
            owned.setdefault(asset, location)
    held = {(wallet, asset) for wallet, _, asset in draft.holdings()}
    for location, leg in draft.placed_legs():
        if leg.asset and (leg.account or (leg.wallet, leg.asset) in held):
            owned.setdefault(leg.asset, (*location, "asset"))
    return owned


def _quotes(draft: Draft) -> set[str]:
    symbols = [*_leg_symbols(draft), *(price.settings.symbol for price in draft.prices)]
    return {parts.quote for symbol in symbols if (parts := parse_symbol(symbol))}


def _leg_symbols(draft: Draft) -> Iterator[str]:
    """The symbols of all legs, those of unsound hedges as well."""
    for side in ("exposure", "cover"):
        for location in draft.source.matching("hedges", int, side, int, "symbol"):
            yield str(draft.source.get(location))
