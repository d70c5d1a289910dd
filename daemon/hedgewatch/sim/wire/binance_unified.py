"""What Portfolio Margin says of an account (papi), and of collateral to everybody (sapi)."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from hedgewatch.sim.accounts import ZERO, Account
from hedgewatch.sim.clock import epoch_milliseconds
from hedgewatch.sim.unified_margin import COLLATERAL_RATES
from hedgewatch.sim.wire import binance_account, binance_coin_account, binance_positions
from hedgewatch.sim.wire.binance_route import Route, end, issue, positions, prolong, signed
from hedgewatch.sim.wire.numbers import money, plain
from hedgewatch.sim.wire.signature import UNKNOWN_KEY, Refusal
from hedgewatch.sim.world import World

Reply = dict[str, Any]
NOTHING_DUE = Decimal(99_999_999)
_UM_FIELDS = (
    "symbol", "positionAmt", "entryPrice", "markPrice", "unRealizedProfit", "leverage",
    "positionSide", "updateTime", "maxNotionalValue", "notional", "breakEvenPrice",
)  # fmt: skip
_CM_FIELDS = (
    "symbol", "positionAmt", "entryPrice", "markPrice", "unRealizedProfit", "leverage",
    "positionSide", "updateTime", "maxQty", "notionalValue", "breakEvenPrice",
)  # fmt: skip


def _unified(account: Account) -> None:
    if not account.portfolio_margin:
        raise Refusal(*UNKNOWN_KEY)


def account_information(world: World, account: Account) -> Reply:
    """GET /papi/v1/account."""
    _unified(account)
    now = world.unified.now(account)
    needed = now.maintenance
    level = now.adjusted_equity / needed if needed else NOTHING_DUE
    return {
        "uniMMR": money(level),
        "accountEquity": money(now.adjusted_equity),
        "actualEquity": money(now.actual_equity),
        "accountInitialMargin": money(needed * 2),
        "accountMaintMargin": money(needed),
        "accountStatus": "NORMAL",
        "virtualMaxWithdrawAmount": money(max(now.adjusted_equity - needed * 2, ZERO)),
        "totalAvailableBalance": "",
        "totalMarginOpenLoss": "0",
        "updateTime": account.updated,
    }


def balance(world: World, account: Account) -> list[Reply]:
    """GET /papi/v1/balance."""
    _unified(account)
    owed = world.unified.borrowed.get(account.name, {})
    wallets = world.unified.wallets(account)
    return [
        _coin(world, account, asset, wallets.get(asset, (ZERO, ZERO, ZERO)), owed.get(asset, ZERO))
        for asset in sorted({*wallets, *owed})
    ]


def _coin(
    world: World,
    account: Account,
    asset: str,
    wallets: tuple[Decimal, Decimal, Decimal],
    owed: Decimal,
) -> Reply:
    margin, um, cm = wallets
    locked = account.spot[asset].locked if asset in account.spot else ZERO
    um_profit = sum((world.venue.pnl(leg) for leg in account.held()), ZERO)
    pool = world.coins.pool(account, asset)
    return {
        "asset": asset,
        "totalWalletBalance": plain(sum(wallets, ZERO)),
        "crossMarginAsset": plain(margin),
        "crossMarginBorrowed": plain(owed),
        "crossMarginFree": plain(margin - locked),
        "crossMarginInterest": "0.0",
        "crossMarginLocked": plain(locked),
        "umWalletBalance": plain(um),
        "umUnrealizedPNL": plain(um_profit if asset == "USDT" else ZERO),
        "cmWalletBalance": plain(cm),
        "cmUnrealizedPNL": plain(pool.margin_balance - pool.wallet),
        "updateTime": account.updated,
        "negativeBalance": "0.0",
    }


def um_positions(world: World, account: Account) -> list[Reply]:
    """GET /papi/v1/um/positionRisk."""
    _unified(account)
    rows = binance_positions.position_risk_v2(world, account)
    return [_row(world, account, row, _UM_FIELDS) for row in rows if row["positionAmt"] != "0"]


def cm_positions(world: World, account: Account) -> list[Reply]:
    """GET /papi/v1/cm/positionRisk."""
    _unified(account)
    rows = binance_coin_account.position_risk(world, account)
    return [_row(world, account, row, _CM_FIELDS) for row in rows if row["positionAmt"] != "0"]


def _row(world: World, account: Account, row: Reply, fields: tuple[str, ...]) -> Reply:
    line = world.unified.liquidation_price(row["symbol"], account)
    return {
        **{name: row[name] for name in fields},
        "liquidationPrice": money(line) if line else "0",
    }


def _um_brackets(world: World, account: Account) -> list[Reply]:
    _unified(account)
    return [binance_account.leverage_brackets(market) for market in world.markets.values()]


def _cm_brackets(world: World, account: Account) -> list[Reply]:
    _unified(account)
    listed = world.coins.contracts.values()
    return [binance_coin_account.leverage_brackets(one, floor="qtyFloor") for one in listed]


def _um_ranks(_world: World, account: Account) -> list[Reply]:
    sides = {"LONG": 0, "SHORT": 0, "BOTH": 1}
    return [{"symbol": position.symbol, "adlQuantile": sides} for position in account.held()]


def _index_prices(world: World) -> list[Reply]:
    prices = world.unified.prices(world.marks)
    return [{"asset": asset, "assetIndexPrice": money(price)} for asset, price in prices.items()]


def _collateral_rates() -> list[Reply]:
    rates = COLLATERAL_RATES.items()
    return [{"asset": asset, "collateralRate": f"{rate:.4f}"} for asset, rate in rates]


def risk_level_change(world: World, account: Account) -> Reply:
    """The event that warns of the whole account."""
    now = world.unified.now(account)
    return {
        "e": "riskLevelChange",
        "E": epoch_milliseconds(),
        "u": money(now.adjusted_equity / now.maintenance),
        "s": "MARGIN_CALL",
        "eq": money(now.adjusted_equity),
        "ae": money(now.actual_equity),
        "m": money(now.maintenance),
    }


ROUTES: Mapping[str, Route] = {
    "GET /papi/v1/ping": Route(lambda _: {}),
    "GET /papi/v1/account": signed(account_information, 20),
    "GET /papi/v1/balance": signed(balance, 20),
    "GET /papi/v1/um/positionRisk": positions(um_positions),
    "GET /papi/v1/cm/positionRisk": positions(cm_positions),
    "GET /papi/v1/um/adlQuantile": signed(_um_ranks),
    "GET /papi/v1/cm/adlQuantile": signed(binance_coin_account.adl_quantiles),
    "GET /papi/v1/um/leverageBracket": signed(_um_brackets, 1),
    "GET /papi/v1/cm/leverageBracket": signed(_cm_brackets, 1),
    "POST /papi/v1/listenKey": issue("portfolio"),
    "PUT /papi/v1/listenKey": prolong("portfolio"),
    "DELETE /papi/v1/listenKey": end("portfolio"),
    "GET /sapi/v1/portfolio/asset-index-price": Route(lambda call: _index_prices(call.world)),
    "GET /sapi/v1/portfolio/collateralRate": Route(lambda _: _collateral_rates(), weight=50),
}
