"""What OKX says of an account, asked or pushed: configuration, balances, positions.

Sources: OKX API, "Get account configuration", "Get balance", "Get positions", "Get fee rates";
the channels of the same names push the same rows.
"""

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from hedgewatch.sim import margin_okx as margin
from hedgewatch.sim.accounts import ZERO, Account, Position
from hedgewatch.sim.clock import epoch_milliseconds
from hedgewatch.sim.margin import Venue
from hedgewatch.sim.okx_markets import CONTRACTS, DISCOUNTS, TAKER_FEE
from hedgewatch.sim.wire.numbers import plain
from hedgewatch.sim.wire.okx_signature import VENUE
from hedgewatch.sim.world import World

Row = dict[str, Any]

_TRADING = ("enableFutures", "enableMargin", "enableSpotAndMarginTrading", "enableVanillaOptions")
_WITHDRAWING = ("enableWithdrawals", "enableInternalTransfer", "permitsUniversalTransfer")
_SIDES = {"BOTH": "net", "LONG": "long", "SHORT": "short"}


def exact(value: Decimal) -> str:
    """As OKX prints what it computed: some sixteen digits."""
    return plain(+value.quantize(Decimal("1e-16")))


def configuration(account: Account) -> Row:
    """GET /api/v5/account/config."""
    may = ["read_only"]
    may += ["trade"] if any(account.rights.get(name) for name in _TRADING) else []
    may += ["withdraw"] if any(account.rights.get(name) for name in _WITHDRAWING) else []
    return {
        "acctLv": "3" if account.multi_assets else "2",
        "acctStpMode": "cancel_maker",
        "autoLoan": False,
        "ctIsoMode": "automatic",
        "enableSpotBorrow": False,
        "greeksType": "PA",
        "ip": "127.0.0.1" if account.rights.get("ipRestrict") else "",
        "kycLv": "3",
        "label": account.name,
        "level": "Lv1",
        "levelTmp": "",
        "liquidationGear": "-1",
        "mainUid": uid(account),
        "mgnIsoMode": "automatic",
        "opAuth": "0",
        "perm": ",".join(may),
        "posMode": "long_short_mode" if account.hedge_mode else "net_mode",
        "roleType": "0",
        "spotOffsetType": "",
        "type": "0",
        "uid": uid(account),
    }


def uid(account: Account) -> str:
    """Its number."""
    return str(10**11 + sum(map(ord, account.name)))


def balance(world: World, account: Account) -> Row:
    """GET /api/v5/account/balance; what does not apply in the account's mode is empty."""
    venue, told = world.venue_of(VENUE), str(account.updated)
    whole = margin.whole(account, venue)
    held = bool(margin.cross(account))
    details = [_detail(account, coin, venue) for coin in margin.coins(account)]
    multi: dict[str, Decimal] = {}
    if account.multi_assets:
        multi = {"adjEq": whole.equity, "mmr": whole.maintenance, "imr": _initial(account, venue)}
    worth = sum(
        (margin.usd(row["ccy"], venue) * Decimal(row["eq"]) for row in details), ZERO
    )  # fmt: skip
    return {
        "adjEq": "",
        "imr": "",
        "mmr": "",
        "mgnRatio": _shown(whole) if account.multi_assets and held else "",
        **{name: exact(value) for name, value in multi.items()},
        "isoEq": exact(sum((Decimal(row["isoEq"]) for row in details), ZERO)),
        "notionalUsd": "",
        "ordFroz": "",
        "totalEq": exact(worth),
        "uTime": told,
        "upl": "",
        "details": [row for row in details if Decimal(row["eq"]) or Decimal(row["cashBal"])],
    }


def _detail(account: Account, coin: str, venue: Venue) -> Row:
    """One coin. Maintenance and ratio are told of it in futures mode, with cross positions."""
    pool, cash = margin.currency(account, coin, venue), margin.cash(account, coin)
    alone = [
        each
        for each in account.held()
        if each.isolated_wallet is not None and margin.settle_of(each) == coin
    ]
    profit = sum((margin.pnl(each, venue) for each in alone), ZERO)
    isolated = margin.taken(account, coin) + profit
    spot = account.spot.get(coin)
    by_coin = bool(pool.maintenance) and not account.multi_assets
    price = margin.usd(coin, venue)
    return {
        "ccy": coin,
        "cashBal": exact(cash),
        "eq": exact(pool.equity + isolated),
        "eqUsd": exact((pool.equity + isolated) * price),
        "disEq": exact(margin.counted(coin, pool.equity) * price) if account.multi_assets else "",
        "availBal": exact(cash - (spot.locked if spot else ZERO)),
        "availEq": exact(pool.equity - pool.maintenance),
        "frozenBal": exact((spot.locked if spot else ZERO) + pool.maintenance),
        "ordFrozen": exact(spot.locked if spot else ZERO),
        "upl": exact(pool.equity - cash),
        "isoEq": exact(isolated),
        "isoUpl": exact(profit),
        "liab": exact(max(-cash, ZERO)) if account.multi_assets else "",
        "interest": "0" if account.multi_assets else "",
        "imr": exact(_initial(account, venue, coin)) if by_coin else "",
        "mmr": exact(pool.maintenance) if by_coin else "",
        "mgnRatio": _shown(pool) if by_coin else "",
        "stgyEq": "0",
        "fixedBal": "0",
        "collateralEnabled": coin in DISCOUNTS,
        "uTime": str(account.updated),
    }


def positions(world: World, account: Account, ids: str = "") -> list[Row]:
    """GET /api/v5/account/positions: what is held. Of markets that are named, what was, too."""
    named = set(ids.split(",")) if ids else None
    rows = [
        position(world, account, each)
        for each in account.positions.values()
        if (each.amount if named is None else CONTRACTS[each.symbol].id in named)
    ]
    return rows[::-1]


def position(world: World, account: Account, held: Position) -> Row:
    """One position; a flat one has no price and no margin."""
    contract, venue = CONTRACTS[held.symbol], world.venue_of(VENUE)
    isolated = held.isolated_wallet is not None
    return {
        **_margins(world, account, held),
        "adl": "1",
        "availPos": "",
        "cTime": str(held.updated),
        "ccy": contract.settle,
        "idxPx": plain(margin.mark_of(held, venue)),
        "instId": contract.id,
        "instType": contract.kind,
        "last": plain(margin.mark_of(held, venue)),
        "lever": str(account.leverage),
        "margin": exact(held.isolated_wallet or ZERO) if isolated else "",
        "markPx": plain(margin.mark_of(held, venue)),
        "mgnMode": "isolated" if isolated else "cross",
        "pos": plain(_signed(held)),
        "posCcy": "",
        "posId": f"{uid(account)}{sum(map(ord, contract.id))}",
        "posSide": _SIDES[held.side],
        "tradeId": str(held.updated),
        "uTime": str(held.updated),
    }


def _signed(held: Position) -> Decimal:
    """Of a long and a short of one market each is positive; the net of them is signed."""
    size = margin.contracts(held)
    return size if held.side == "BOTH" else abs(size)


def _margins(world: World, account: Account, held: Position) -> Row:
    names = ("avgPx", "imr", "liqPx", "mgnRatio", "mmr", "notionalUsd", "upl")
    if not held.amount:
        return dict.fromkeys(names, "")
    venue = world.venue_of(VENUE)
    contract, isolated = CONTRACTS[held.symbol], held.isolated_wallet is not None
    line = margin.liquidation_price(held, account, venue)
    if isolated and held.amount > 0 and line:
        line += world.markets[contract.priced].tick  # "exact root + one tick", as it prints them
    pool = margin.isolated(held, venue) if isolated else _pool(account, held, venue)
    worth = margin.worth(held, venue)
    return {
        "avgPx": plain(held.entry),
        "imr": "" if isolated else exact(worth / account.leverage),
        "liqPx": exact(line) if line else "",
        "mgnRatio": _shown(pool),
        "mmr": exact(margin.maintenance(held, venue)),
        "notionalUsd": exact(worth * margin.usd(contract.settle, venue)),
        "upl": exact(margin.pnl(held, venue)),
    }


def _pool(account: Account, held: Position, venue: Venue) -> margin.Pool:
    if account.multi_assets:
        return margin.whole(account, venue)
    return margin.currency(account, margin.settle_of(held), venue)


def _shown(pool: margin.Pool) -> str:
    """`mgnRatio`: equity over what is required; at 1 it is liquidated."""
    return exact(1 / pool.ratio) if pool.ratio > 0 and pool.equity > 0 else "0"


def _initial(account: Account, venue: Venue, coin: str = "") -> Decimal:
    held: Iterable[Position] = margin.cross(account)
    if coin:
        held = [each for each in held if margin.settle_of(each) == coin]
        return sum((margin.worth(each, venue) for each in held), ZERO) / account.leverage
    worth = (margin.worth(each, venue) * margin.usd(margin.settle_of(each), venue) for each in held)
    return sum(worth, ZERO) / account.leverage


def fees(kind: str) -> Row:
    """GET /api/v5/account/trade-fee: what is paid is negative."""
    taker = plain(-TAKER_FEE)
    return {
        "category": "1",
        "delivery": "0.0003",
        "feeGroup": [{"groupId": "1", "maker": "-0.0002", "taker": taker}],
        "instType": kind,
        "level": "Lv1",
        "maker": "-0.0002",
        "makerU": "-0.0002",
        "taker": taker,
        "takerU": taker,
        "takerUSDC": taker,
        "ts": str(epoch_milliseconds()),
    }
