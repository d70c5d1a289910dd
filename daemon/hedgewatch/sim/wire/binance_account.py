"""Replies about an account of the futures venue: margins, balances, brackets."""

from decimal import Decimal
from typing import Any

from hedgewatch.sim import margin
from hedgewatch.sim.accounts import ZERO, Account, Position
from hedgewatch.sim.markets import QUOTE, Perpetual
from hedgewatch.sim.wire.binance_positions import initial_margin, isolated_margin
from hedgewatch.sim.wire.numbers import money, plain
from hedgewatch.sim.world import World

Reply = dict[str, Any]


def account_information(world: World, account: Account) -> Reply:
    """GET /fapi/v3/account."""
    rows = [_account_row(world, account, position) for position in account.held()]
    return {**_totals(world, account), "assets": _assets(world, account), "positions": rows}


def account_information_v2(world: World, account: Account) -> Reply:
    """GET /fapi/v2/account: as v3, with what was dropped since."""
    flags = dict.fromkeys(("canTrade", "canDeposit", "canWithdraw"), True)
    extra = {
        "feeTier": 0,
        **flags,
        "feeBurn": True,
        "tradeGroupId": -1,
        "updateTime": 0,
        "multiAssetsMargin": account.multi_assets,
    }
    reply = account_information(world, account)
    assets = [{**asset, "marginAvailable": True} for asset in reply["assets"]]
    rows = [_account_row_v2(world, account, position) for position in account.held()]
    return {**extra, **reply, "assets": assets, "positions": rows}


def balances(world: World, account: Account) -> list[Reply]:
    """GET /fapi/v3/balance."""
    return [_balance(asset, account) for asset in _assets(world, account)]


def _balance(asset: Reply, account: Account) -> Reply:
    names = ("asset", "crossWalletBalance", "crossUnPnl", "availableBalance", "maxWithdrawAmount")
    return {
        "accountAlias": alias(account),
        "balance": asset["walletBalance"],
        **{name: asset[name] for name in names},
        "marginAvailable": True,
        "updateTime": account.updated,
    }


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


def _account_row(world: World, account: Account, position: Position) -> Reply:
    mark = world.marks[position.symbol]
    return {
        "symbol": position.symbol,
        "positionSide": position.side,
        "positionAmt": plain(position.amount),
        "unrealizedProfit": money(position.pnl(mark)),
        "isolatedMargin": isolated_margin(position, mark),
        "notional": money(position.notional(mark)),
        "isolatedWallet": money(position.isolated_wallet)
        if position.isolated_wallet is not None
        else "0",
        "initialMargin": money(initial_margin(world, account, position)),
        "maintMargin": money(world.venue.maintenance(position)),
        "updateTime": position.updated,
    }


def _account_row_v2(world: World, account: Account, position: Position) -> Reply:
    return {
        **_account_row(world, account, position),
        "leverage": str(account.leverage),
        "entryPrice": plain(position.entry),
        "positionInitialMargin": money(initial_margin(world, account, position)),
        "openOrderInitialMargin": "0",
        "isolated": position.isolated_wallet is not None,
        "breakEvenPrice": plain(position.entry),
        "maxNotional": plain(world.markets[position.symbol].tiers[-1].cap),
        "bidNotional": "0",
        "askNotional": "0",
    }


TOTALS = {
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
OWED = {name for name in TOTALS.values() if name.endswith(("InitialMargin", "Margin"))}


def _totals(world: World, account: Account) -> Reply:
    """Those of USDT; in multi-assets mode sums in USD, of what is owed at the ask rates."""
    assets = _assets(world, account)
    if not account.multi_assets:
        return {total: assets[0][name] for total, name in TOTALS.items()}
    return {total: money(_in_usd(world, assets, name)) for total, name in TOTALS.items()}


def _in_usd(world: World, assets: list[Reply], name: str) -> Decimal:
    total = ZERO
    for asset in assets:
        amount, index = Decimal(asset[name]), world.indices[asset["asset"]]
        at_ask = amount < 0 or name in OWED
        total += amount * (index.ask_rate if at_ask else index.bid_rate)
    return total


def _assets(world: World, account: Account) -> list[Reply]:
    others = account.collateral.items()
    return [_asset(world, account), *(_idle(name, held, account) for name, held in others)]


def _idle(asset: str, held: Decimal, account: Account) -> Reply:
    """An asset in which no contract is settled."""
    nothing = ("unrealizedProfit", "maintMargin", "initialMargin", "crossUnPnl")
    margins = ("positionInitialMargin", "openOrderInitialMargin")
    owned = ("walletBalance", "marginBalance", "crossWalletBalance", "availableBalance")
    return {
        "asset": asset,
        **dict.fromkeys((*nothing, *margins), money(ZERO)),
        **dict.fromkeys((*owned, "maxWithdrawAmount"), money(held)),
        "updateTime": account.updated,
    }


def _asset(world: World, account: Account) -> Reply:
    """The USDT row: wallet figures are of the whole account, `cross` ones of the cross pool."""
    held = account.held()
    profit = sum((world.venue.pnl(position) for position in held), ZERO)
    cross_profit = sum((world.venue.pnl(position) for position in margin.cross(account)), ZERO)
    initial = sum((initial_margin(world, account, position) for position in held), ZERO)
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
