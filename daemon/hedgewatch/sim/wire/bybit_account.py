"""Bybit's private replies: wallet, margin mode, key, log. Frames share their rows."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from hedgewatch.sim import margin_bybit
from hedgewatch.sim.accounts import ZERO, Account
from hedgewatch.sim.margin import Venue
from hedgewatch.sim.markets import QUOTE
from hedgewatch.sim.wire.numbers import money, plain
from hedgewatch.sim.world import World

Row = dict[str, Any]

VENUE = "bybit"
_NO_TIME = "1970-01-01T00:00:00Z"


def account_info(account: Account) -> Row:
    """GET /v5/account/info: a unified account 2.0."""
    isolated = margin_bybit.is_isolated(account)
    return {
        "marginMode": "ISOLATED_MARGIN" if isolated else "REGULAR_MARGIN",
        "updatedTime": str(account.updated),
        "unifiedMarginStatus": 5,
        "dcpStatus": "OFF",
        "timeWindow": 0,
        "smpGroup": 0,
        "isMasterTrader": False,
        "spotHedgingStatus": "OFF",
    }


def wallet(world: World, account: Account) -> Row:
    """One account of GET /v5/account/wallet-balance; its totals are not for isolated ones."""
    venue = world.venue_of(VENUE)
    needed = margin_bybit.maintenance_margin(account, venue)
    balance = margin_bybit.margin_balance(account, venue)
    initial = _initial(account, venue)
    totals = {
        "totalEquity": money(_equity(account, venue)),
        "accountIMRate": _rate(initial, balance),
        "accountIMRateByMp": _rate(initial, balance),
        "totalMarginBalance": money(balance),
        "totalInitialMargin": money(initial),
        "totalInitialMarginByMp": money(initial),
        "totalAvailableBalance": money(max(balance - initial, ZERO)),
        "accountMMRate": _rate(needed, balance),
        "accountMMRateByMp": _rate(needed, balance),
        "totalPerpUPL": money(margin_bybit.profit(account, venue)),
        "totalWalletBalance": money(margin_bybit.wallet_balance(account, venue)),
        "totalMaintenanceMargin": money(needed),
        "totalMaintenanceMarginByMp": money(needed),
    }
    if margin_bybit.is_isolated(account):
        totals = dict.fromkeys(totals, "") | {"totalEquity": totals["totalEquity"]}
    owned = margin_bybit.coins(account)
    rows = [_coin(coin, held, account, venue) for coin, held in owned.items()]
    return {**totals, "accountType": "UNIFIED", "accountLTV": "0", "coin": rows}


def _rate(part: Decimal, balance: Decimal) -> str:
    return plain((part / balance).quantize(Decimal("0.0001"))) if balance > 0 else "0"


def _initial(account: Account, venue: Venue) -> Decimal:
    asked = (margin_bybit.initial_margin(held, account, venue) for held in account.held())
    total = sum(asked, ZERO) * venue.indices[QUOTE].index
    for leg in margin_bybit.inverse_legs(account):
        total += leg.initial_margin(account, venue) * margin_bybit.price_of(leg.coin, venue)
    return total


def _equity(account: Account, venue: Venue) -> Decimal:
    owned = margin_bybit.coins(account).items()
    worth = sum((held * margin_bybit.price_of(coin, venue) for coin, held in owned), ZERO)
    return worth + margin_bybit.profit(account, venue)


def _coin(coin: str, held: Decimal, account: Account, venue: Venue) -> Row:
    profit, initial, needed = _of_coin(coin, account, venue)
    spot = account.spot.get(coin)
    return {
        "coin": coin,
        "equity": money(held + profit),
        "usdValue": money((held + profit) * margin_bybit.price_of(coin, venue)),
        "walletBalance": money(held),
        "locked": plain(spot.locked) if spot else "0",
        "spotHedgingQty": "0",
        "borrowAmount": money(margin_bybit.borrowed(held)),
        "spotBorrow": "0",
        "accruedInterest": "0",
        "totalOrderIM": "0",
        "totalPositionIM": money(initial),
        "totalPositionMM": money(needed),
        "unrealisedPnl": money(profit),
        "cumRealisedPnl": "0",
        "bonus": "0",
        "marginCollateral": coin in margin_bybit.RATIOS,
        "collateralSwitch": coin in margin_bybit.RATIOS,
        "colRes": "0",
        "availableToBorrow": "",
        "availableToWithdraw": "",
    }


def _of_coin(coin: str, account: Account, venue: Venue) -> tuple[Decimal, Decimal, Decimal]:
    """Profit, initial and maintenance margin of what settles in a coin."""
    parts = [
        (
            venue.pnl(leg),
            margin_bybit.initial_margin(leg, account, venue),
            margin_bybit.maintenance_of(leg, account, venue),
        )
        for leg in (account.held() if coin == QUOTE else ())
    ]
    for leg in margin_bybit.inverse_legs(account):
        if leg.coin == coin:
            margins = leg.initial_margin(account, venue), leg.maintenance(account, venue)
            parts.append((leg.profit(venue), *margins))
    return (
        sum((part[0] for part in parts), ZERO),
        sum((part[1] for part in parts), ZERO),
        sum((part[2] for part in parts), ZERO),
    )


_LOGGED = {"withdraw": "TRANSFER_OUT", "sell": "TRADE"}
"""How coins left, in the log's words; whatever else is a transfer to another wallet."""


def log(account: Account, query: Mapping[str, str]) -> list[Row]:
    """GET /v5/account/transaction-log: what left, newest first."""
    since, coin = int(query.get("startTime", "0")), query.get("currency")
    return [
        {
            "id": f"log-{moved.at}",
            "symbol": "",
            "category": "spot",
            "side": "None",
            "transactionTime": str(moved.at),
            "type": _LOGGED.get(moved.how, "TRANSFER_OUT"),
            "transSubType": "",
            "qty": plain(-moved.amount),
            "currency": moved.asset,
            "cashFlow": plain(-moved.amount),
            "change": plain(-moved.amount),
            "fee": "0",
            "funding": "",
        }
        for moved in reversed(account.moved)
        if moved.at >= since and coin in {None, moved.asset}
    ]


def key(account: Account) -> Row:
    """GET /v5/user/query-api: read only as long as none of the account's rights says otherwise."""
    rights = account.rights
    permissions: dict[str, list[str]] = {
        "ContractTrade": ["Order", "Position"] if rights["enableFutures"] else [],
        "Spot": ["SpotTrade"] if rights["enableSpotAndMarginTrading"] else [],
        "Wallet": ["AccountTransfer", "Withdraw"] if rights["enableWithdrawals"] else [],
        "Options": [],
        "Derivatives": [],
        "Exchange": ["ExchangeHistory"],
        "Earn": [],
    }
    writes = any(permissions[kind] for kind in ("ContractTrade", "Spot", "Wallet"))
    bound = rights["ipRestrict"]
    return {
        "id": "13770661",
        "note": "paper",
        "apiKey": account.key,
        "readOnly": 0 if writes else 1,
        "secret": "",
        "permissions": permissions,
        "ips": ["192.0.2.7"] if bound else ["*"],
        "type": 1,
        "deadlineDay": -2 if bound else 83,
        "expiredAt": _NO_TIME if bound else "2099-05-15T03:21:05Z",
        "createdAt": "2026-01-16T02:24:40Z",
        "unified": 0,
        "uta": 1,
        "userID": 24600000,
        "inviterID": 0,
        "vipLevel": "No VIP",
        "mktMakerLevel": "0",
        "affiliateID": 0,
        "rsaPublicKey": "",
        "isMaster": True,
        "parentUid": "0",
    }
