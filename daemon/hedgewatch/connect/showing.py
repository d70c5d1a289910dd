"""What was found, and what is proposed, for people."""

from collections.abc import Iterable, Sequence
from math import isinf

from hedgewatch.connect.found import Coins, Found, Pool, Position
from hedgewatch.connect.proposals import Leg, Proposal
from hedgewatch.core.model import Known, Unknown


def account_in_words(found: Found) -> str:
    """Everything that was found in an account, aligned."""
    title = f"{found.account} ({found.venue})"
    if found.trouble:
        return f"{title}: not read: {found.trouble}"
    head = [f"{title}: {found.mode}" if found.mode else title]
    tables = [*_positions(found.positions), *_pools(found.pools), *_coins(found.coins)]
    unseen = (f"  not seen: {what}" for what in found.unseen)
    return "\n".join([*head, *(tables or ["  nothing is held here"]), *unseen])


def table(rows: Sequence[Sequence[str]]) -> list[str]:
    """Lines of rows with aligned columns, the first to the left and all others to the right."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return [
        "  " + "  ".join([f"{row[0]:<{widths[0]}}", *map(str.rjust, row[1:], widths[1:])]).rstrip()
        for row in rows
    ]


def _positions(positions: Sequence[Position]) -> list[str]:
    if not positions:
        return []
    head = ("position", "contracts", "worth", "liquidated at", "away")
    return table([head, *map(_position, positions)])


def _position(one: Position) -> tuple[str, ...]:
    worth = _amount(one.notional)
    return (
        one.symbol,
        f"{one.contracts:+,.10g}",
        worth if isinstance(one.notional, Unknown) else f"{worth} {one.currency}",
        _price(one.liquidation_price),
        _percent(one.liquidation_distance),
    )


def _pools(pools: Sequence[Pool]) -> list[str]:
    if not pools:
        return []
    rows = [
        (
            one.name,
            f"{_amount(one.equity)} {one.currency}",
            _percent(one.margin_ratio),
        )
        for one in pools
    ]
    return table([("margin", "equity", "ratio (100 % is liquidation)"), *rows])


def _coins(coins: Sequence[Coins]) -> list[str]:
    if not coins:
        return []
    return table([("coins", "amount"), *((one.asset, _amount(one.amount)) for one in coins)])


def _amount(value: Known) -> str:
    if isinstance(value, Unknown):
        return "unknown"
    return f"{value:,.2f}".removesuffix(".00") if abs(value) >= 1.0 else f"{value:.8g}"


def _price(value: Known) -> str:
    if isinstance(value, Unknown):
        return "unknown"
    return "no price" if isinf(value) else f"{value:,.8g}"


def _percent(value: Known) -> str:
    if isinstance(value, Unknown):
        return "unknown"
    return "–" if isinf(value) else f"{100.0 * value:.1f} %"


def proposals_in_words(proposals: Sequence[Proposal]) -> str:
    """Numbered from 1."""
    return "\n".join(f"  {number}  {_proposal(one)}" for number, one in enumerate(proposals, 1))


def _proposal(one: Proposal) -> str:
    owned, cover = _legs(one.exposure), _legs(one.cover)
    part = "" if one.covered is None else f", {one.covered:.0%} covered"
    if one.is_certain:
        return f"{one.name}: {owned}, against {cover}{part}"
    return f"{one.name}: {owned}, perhaps against {cover}: other coins, worth about the same"


def _legs(legs: Iterable[Leg]) -> str:
    return " and ".join(
        f"{'' if leg.held is None else f'{abs(leg.held):,.10g} '}"
        f"{leg.asset or leg.symbol} in {leg.account or leg.wallet}"
        for leg in legs
    )
