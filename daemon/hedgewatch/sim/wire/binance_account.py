"""Replies about an account of the futures venue: positions, margins, balances, brackets."""

from decimal import Decimal
from typing import Any

from hedgewatch.sim import margin
from hedgewatch.sim.accounts import ZERO, Account, Position
from hedgewatch.sim.markets import QUOTE, Perpetual
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


def account_information(world: World, account: Account) -> Reply:
    """GET /fapi/v3/account."""
    rows = [_account_row(world, account, position) for position in account.held()]
    return {**_totals(world, account), "assets": [_asset(world, account)], "positions": rows}


def account_information_v2(world: World, account: Account) -> Reply:
    """GET /fapi/v2/account: as v3, with what was dropped since."""
    flags = dict.fromkeys(("canTrade", "canDeposit", "canWithdraw"), True)
    extra = {
        "feeTier": 0,
        **flags,
        "feeBurn": True,
        "tradeGroupId": -1,
        "updateTime": 0,
        "multiAssetsMargin": False,
    }
    reply = account_information(world, account)
    assets = [{**asset, "marginAvailable": True} for asset in reply["assets"]]
    rows = [_account_row_v2(world, account, position) for position in account.held()]
    return {**extra, **reply, "assets": assets, "positions": rows}


def balances(world: World, account: Account) -> list[Reply]:
    """GET /fapi/v3/balance."""
    asset = _asset(world, account)
    shared = {
        name: asset[name] for name in ("crossWalletBalance", "crossUnPnl", "availableBalance")
    }
    return [
        {
            "accountAlias": alias(account),
            "asset": QUOTE,
            "balance": asset["walletBalance"],
            **shared,
            "maxWithdrawAmount": asset["maxWithdrawAmount"],
            "marginAvailable": True,
            "updateTime": account.updated,
        }
    ]


def leverage_brackets(market: Perpetual) -> Reply:
    """One market of GET /fapi/v1/leverageBracket."""
    rows = [
        {
            "bracket": number,
            "initialLeverage": tier.leverage,
            "notionalCap": int(tier.cap),
            "notionalFloor": int(tier.floor),
            "maintMarginRatio": float(tier.rate),
            "cum": float(tier.deduction),
        }
        for number, tier in enumerate(market.tiers, start=1)
    ]
    return {"symbol": market.symbol, "notionalCoef": 1.0, "brackets": rows}


def symbol_configuration(world: World, account: Account) -> list[Reply]:
    """GET /fapi/v1/symbolConfig."""
    return [
        {
            "symbol": market.symbol,
            "marginType": "CROSSED",
            "isAutoAddMargin": False,
            "leverage": account.leverage,
            "maxNotionalValue": plain(market.tiers[-1].cap),
        }
        for market in world.markets.values()
    ]


def alias(account: Account) -> str:
    """The short name that Binance gives an account in its events."""
    return f"{account.name[:4]:x<4}"


def _holds(account: Account, symbol: str) -> bool:
    return any(position.symbol == symbol for position in account.held())


def _risk_v3(world: World, account: Account, position: Position) -> Reply:
    needed = world.venue.maintenance(position)
    return {
        **_risk_core(world, account, position),
        "marginAsset": QUOTE,
        "initialMargin": money(_initial(world, account, position)),
        "maintMargin": money(needed),
        "positionInitialMargin": money(_initial(world, account, position)),
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
        "isolatedMargin": _isolated_margin(position, mark),
        "notional": money(position.notional(mark)),
        "isolatedWallet": money(position.isolated_wallet)
        if position.isolated_wallet is not None
        else "0",
        "updateTime": position.updated,
    }


def _account_row(world: World, account: Account, position: Position) -> Reply:
    mark = world.marks[position.symbol]
    return {
        "symbol": position.symbol,
        "positionSide": position.side,
        "positionAmt": plain(position.amount),
        "unrealizedProfit": money(position.pnl(mark)),
        "isolatedMargin": _isolated_margin(position, mark),
        "notional": money(position.notional(mark)),
        "isolatedWallet": money(position.isolated_wallet)
        if position.isolated_wallet is not None
        else "0",
        "initialMargin": money(_initial(world, account, position)),
        "maintMargin": money(world.venue.maintenance(position)),
        "updateTime": position.updated,
    }


def _account_row_v2(world: World, account: Account, position: Position) -> Reply:
    return {
        **_account_row(world, account, position),
        "leverage": str(account.leverage),
        "entryPrice": plain(position.entry),
        "positionInitialMargin": money(_initial(world, account, position)),
        "openOrderInitialMargin": "0",
        "isolated": position.isolated_wallet is not None,
        "breakEvenPrice": plain(position.entry),
        "maxNotional": plain(world.markets[position.symbol].tiers[-1].cap),
        "bidNotional": "0",
        "askNotional": "0",
    }


def _isolated_margin(position: Position, mark: Decimal) -> str:
    """Unlike the isolated wallet it includes the unrealised profit."""
    wallet = position.isolated_wallet
    return "0" if wallet is None else money(wallet + position.pnl(mark))


def _initial(world: World, account: Account, position: Position) -> Decimal:
    return abs(position.notional(world.marks[position.symbol])) / account.leverage


def _totals(world: World, account: Account) -> Reply:
    asset = _asset(world, account)
    of_asset = {
        "totalInitialMargin": "initialMargin",
        "totalMaintMargin": "maintMargin",
        "totalWalletBalance": "walletBalance",
        "totalUnrealizedProfit": "unrealizedProfit",
        "totalMarginBalance": "marginBalance",
        "totalPositionInitialMargin": "positionInitialMargin",
        "totalOpenOrderInitialMargin": "openOrderInitialMargin",
        "totalCrossWalletBalance": "crossWalletBalance",
        "totalCrossUnPnl": "crossUnPnl",
        "availableBalance": "availableBalance",
        "maxWithdrawAmount": "maxWithdrawAmount",
    }
    return {total: asset[name] for total, name in of_asset.items()}


def _asset(world: World, account: Account) -> Reply:
    """The USDT row: wallet figures are of the whole account, `cross` ones of the cross pool."""
    held = account.held()
    profit = sum((world.venue.pnl(position) for position in held), ZERO)
    cross_profit = sum((world.venue.pnl(position) for position in margin.cross(account)), ZERO)
    initial = sum((_initial(world, account, position) for position in held), ZERO)
    needed = sum((world.venue.maintenance(position) for position in held), ZERO)
    free = max(account.cross_wallet + cross_profit - initial, ZERO)
    return {
        "asset": QUOTE,
        "walletBalance": money(account.wallet),
        "unrealizedProfit": money(profit),
        "marginBalance": money(account.wallet + profit),
        "maintMargin": money(needed),
        "initialMargin": money(initial),
        "positionInitialMargin": money(initial),
        "openOrderInitialMargin": money(ZERO),
        "crossWalletBalance": money(account.cross_wallet),
        "crossUnPnl": money(cross_profit),
        "availableBalance": money(free),
        "maxWithdrawAmount": money(min(free, account.cross_wallet)),
        "updateTime": account.updated,
    }
