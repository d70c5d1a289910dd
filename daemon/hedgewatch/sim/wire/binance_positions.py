"""Replies about the positions of a futures account."""

from decimal import Decimal
from typing import Any

from hedgewatch.sim import margin
from hedgewatch.sim.accounts import ZERO, Account, Position
from hedgewatch.sim.markets import QUOTE
from hedgewatch.sim.wire.numbers import money, plain
from hedgewatch.sim.world import World

Reply = dict[str, Any]


def position_risk(world: World, account: Account) -> list[Reply]:
    """GET /fapi/v3/positionRisk: only what is held."""
    return [_risk_v3(world, account, position) for position in account.held()]


def position_risk_v2(world: World, account: Account) -> list[Reply]:
    """GET /fapi/v2/positionRisk: every market, flat ones too."""
    flat = [Position(symbol, ZERO, ZERO) for symbol in world.markets if not _holds(account, symbol)]
    return [_risk_v2(world, account, position) for position in [*account.held(), *flat]]


def _holds(account: Account, symbol: str) -> bool:
    return any(position.symbol == symbol for position in account.held())


def _risk_v3(world: World, account: Account, position: Position) -> Reply:
    needed = world.venue.maintenance(position)
    return {
        **_risk_core(world, account, position),
        "marginAsset": QUOTE,
        "initialMargin": money(initial_margin(world, account, position)),
        "maintMargin": money(needed),
        "positionInitialMargin": money(initial_margin(world, account, position)),
        "openOrderInitialMargin": "0",
        "adl": 1,
        "bidNotional": "0",
        "askNotional": "0",
    }


def _risk_v2(world: World, account: Account, position: Position) -> Reply:
    isolated = position.isolated_wallet is not None
    return {
        **_risk_core(world, account, position),
        "leverage": str(account.leverage),
        "maxNotionalValue": plain(world.markets[position.symbol].tiers[-1].cap),
        "marginType": "isolated" if isolated else "cross",
        "isAutoAddMargin": "false",
        "isolated": isolated,
        "adlQuantile": 1,
    }


def _risk_core(world: World, account: Account, position: Position) -> Reply:
    mark = world.marks[position.symbol]
    held = bool(position.amount)
    liquidated = margin.liquidation_price(position, account, world.venue) if held else ZERO
    return {
        "symbol": position.symbol,
        "positionSide": position.side,
        "positionAmt": plain(position.amount),
        "entryPrice": plain(position.entry) if held else "0.0",
        "breakEvenPrice": plain(position.entry) if held else "0.0",
        "markPrice": money(mark),
        "unRealizedProfit": money(position.pnl(mark)),
        "liquidationPrice": money(liquidated) if liquidated else "0",
        "isolatedMargin": isolated_margin(position, mark),
        "notional": money(position.notional(mark)),
        "isolatedWallet": money(position.isolated_wallet)
        if position.isolated_wallet is not None
        else "0",
        "updateTime": position.updated,
    }


def isolated_margin(position: Position, mark: Decimal) -> str:
    """Unlike the isolated wallet it includes the unrealised profit."""
    wallet = position.isolated_wallet
    return "0" if wallet is None else money(wallet + position.pnl(mark))


def initial_margin(world: World, account: Account, position: Position) -> Decimal:
    """What the account's leverage asks to open it."""
    return abs(position.notional(world.marks[position.symbol])) / account.leverage
