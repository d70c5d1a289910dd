"""Replies about the spot wallet and about what a key may do."""

from decimal import Decimal
from typing import Any

from hedgewatch.sim.accounts import Account, SpotBalance
from hedgewatch.sim.clock import epoch_milliseconds
from hedgewatch.sim.markets import QUOTE, SPOT_PAIRS
from hedgewatch.sim.wire.numbers import money, plain
from hedgewatch.sim.world import World

Reply = dict[str, Any]


def spot_account(_world: World, account: Account) -> Reply:
    """GET /api/v3/account."""
    trading = account.rights["enableSpotAndMarginTrading"]
    return {
        "makerCommission": 10,
        "takerCommission": 10,
        "buyerCommission": 0,
        "sellerCommission": 0,
        "commissionRates": dict.fromkeys(("maker", "taker"), "0.00100000"),
        "canTrade": trading,
        "canWithdraw": account.rights["enableWithdrawals"],
        "canDeposit": True,
        "brokered": False,
        "requireSelfTradePrevention": False,
        "preventSor": False,
        "updateTime": account.updated,
        "accountType": "SPOT",
        "balances": [balance_row(asset, balance) for asset, balance in account.spot.items()],
        "permissions": ["SPOT"],
        "uid": 354937868,
    }


def balance_row(asset: str, balance: SpotBalance) -> Reply:
    """One asset as the account lists it."""
    return {"asset": asset, "free": money(balance.free), "locked": money(balance.locked)}


def api_restrictions(_world: World, account: Account) -> Reply:
    """GET /sapi/v1/account/apiRestrictions."""
    return {"createTime": 1_700_000_000_000, **account.rights}


def account_info(_world: World, account: Account) -> Reply:
    """GET /sapi/v1/account/info."""
    enabled = dict.fromkeys(("isMarginEnabled", "isFutureEnabled", "isOptionsEnabled"), True)
    return {"vipLevel": 0, **enabled, "isPortfolioMarginRetailEnabled": account.portfolio_margin}


def all_coins(world: World, account: Account) -> list[Reply]:
    """GET /sapi/v1/capital/config/getall."""
    bases = {market.base for market in world.markets.values()}
    return [_coin(coin, account) for coin in sorted({*bases, QUOTE})]


def transfers(account: Account, kind: str, since: int) -> Reply:
    """GET /sapi/v1/asset/transfer."""
    found = [moved for moved in account.moved if moved.how == kind and moved.at >= since]
    listed = [
        {
            "asset": moved.asset,
            "amount": plain(moved.amount),
            "type": kind,
            "status": "CONFIRMED",
            "tranId": moved.at,
            "timestamp": moved.at,
        }
        for moved in found
    ]
    return {"total": len(listed), "rows": listed} if listed else {"total": 0}


def withdrawals(account: Account, coin: str, since: int) -> list[Reply]:
    """GET /sapi/v1/capital/withdraw/history."""
    return [
        {
            "id": f"{moved.at:x}",
            "amount": plain(moved.amount),
            "transactionFee": "1",
            "coin": coin,
            "status": 4,
            "network": "ETH",
            "transferType": 0,
            "walletType": 0,
        }
        for moved in account.moved
        if (moved.how, moved.asset) == ("withdraw", coin) and moved.at >= since
    ]


def own_trades(world: World, account: Account, symbol: str, since: int) -> list[Reply]:
    """GET /api/v3/myTrades: every sale here is one against USDT."""
    base, price = world.spot_pairs[symbol].base, world.spot_price(symbol)
    return [
        {
            "symbol": symbol,
            "id": moved.at,
            "orderId": moved.at,
            "price": money(price),
            "qty": money(moved.amount),
            "quoteQty": money(moved.amount * price),
            "commission": "0",
            "commissionAsset": QUOTE,
            "time": moved.at,
            "isBuyer": False,
            "isMaker": False,
            "isBestMatch": True,
        }
        for moved in account.moved
        if (moved.how, moved.asset) == ("sell", base) and moved.at >= since
    ]


def flexible_earn(_world: World, account: Account) -> Reply:
    """GET /sapi/v1/simple-earn/flexible/position."""
    listed = [
        {
            "asset": asset,
            "totalAmount": money(amount),
            "collateralAmount": "0",
            "latestAnnualPercentageRate": "0.025",
            "canRedeem": True,
            "autoSubscribe": True,
            "productId": f"{asset}001",
        }
        for asset, amount in account.lent.items()
    ]
    return {"rows": listed, "total": len(listed)}


def locked_earn(_world: World, account: Account) -> Reply:
    """GET /sapi/v1/simple-earn/locked/position."""
    listed = [
        {
            "positionId": number,
            "projectId": f"{asset}*90",
            "asset": asset,
            "amount": money(amount),
            "duration": "90",
            "status": "HOLDING",
        }
        for number, (asset, amount) in enumerate(account.bound.items())
    ]
    return {"rows": listed, "total": len(listed)}


def wallet_balances(world: World, account: Account) -> list[Reply]:
    """GET /sapi/v1/asset/wallet/balance: what each wallet is worth in BTC."""
    bitcoin = world.marks["BTCUSDT"]
    prices = {"USDT": Decimal(1)} | {p.base: world.spot_price(p.symbol) for p in SPOT_PAIRS}
    held = {
        "Spot": {asset: row.free + row.locked for asset, row in account.spot.items()},
        "Funding": account.funding,
        "Earn": {**account.lent, **account.bound},
    }
    worth = {
        name: sum((prices.get(a, Decimal(0)) * n for a, n in coins.items()), Decimal(0))
        for name, coins in held.items()
    }
    return [
        {"activate": True, "balance": money(value / bitcoin), "walletName": name}
        for name, value in worth.items()
    ]


def funding_assets(_world: World, account: Account) -> list[Reply]:
    """POST /sapi/v1/asset/get-funding-asset."""
    nothing = dict.fromkeys(("locked", "freeze", "withdrawing", "btcValuation"), "0")
    return [
        {"asset": asset, "free": money(amount), **nothing}
        for asset, amount in account.funding.items()
    ]


def system_status() -> Reply:
    """GET /sapi/v1/system/status."""
    return {"status": 0, "msg": "normal"}


def server_time() -> Reply:
    """GET /api/v3/time and /fapi/v1/time."""
    return {"serverTime": epoch_milliseconds()}


def _coin(coin: str, account: Account) -> Reply:
    nothing = dict.fromkeys(
        ("freeze", "ipoable", "ipoing", "locked", "storage", "withdrawing"), "0"
    )
    held = account.spot.get(coin)
    return {
        "coin": coin,
        "name": coin,
        "depositAllEnable": True,
        "withdrawAllEnable": True,
        "isLegalMoney": False,
        "trading": True,
        "free": money(held.free) if held else "0",
        **nothing,
        "networkList": [_network(coin)],
    }


def _network(coin: str) -> Reply:
    return {
        "network": "ETH",
        "coin": coin,
        "name": "Ethereum (ERC20)",
        "isDefault": True,
        "depositEnable": True,
        "withdrawEnable": True,
        "depositDesc": "",
        "withdrawDesc": "",
        "specialTips": "",
        "resetAddressStatus": False,
        "addressRegex": "^(0x)[0-9A-Fa-f]{40}$",
        "memoRegex": "",
        "withdrawFee": "1",
        "withdrawMin": "10",
        "withdrawMax": "1000000",
        "withdrawIntegerMultiple": "0.00000001",
        "depositDust": "0.00000001",
        "minConfirm": 6,
        "unLockConfirm": 64,
        "sameAddress": False,
    }
