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
    """One coin."""
    pool, cash = margin.currency(account, coin, venue), margin.cash(account, coin)
    profit = sum((margin.pnl(each, venue) for each in _alone(account, coin)), ZERO)
    isolated = margin.taken(account, coin) + profit
    spot = account.spot.get(coin)
    locked = spot.locked if spot else ZERO
    return {
        "ccy": coin,
        "cashBal": exact(cash),
        "eq": exact(pool.equity + isolated),
        "eqUsd": exact((pool.equity + isolated) * margin.usd(coin, venue)),
        "availBal": exact(cash - locked),
        "availEq": exact(pool.equity - pool.maintenance),
        "frozenBal": exact(locked + pool.maintenance),
        "ordFrozen": exact(locked),
        "upl": exact(pool.equity - cash),
        "isoEq": exact(isolated),
        "isoUpl": exact(profit),
        "stgyEq": "0",
        "fixedBal": "0",
        "collateralEnabled": coin in DISCOUNTS,
        "uTime": str(account.updated),
        **_of_mode(account, coin, venue),
    }


def _alone(account: Account, coin: str) -> list[Position]:
    """Isolated positions that settle in a coin."""
    held = (each for each in account.held() if each.isolated_wallet is not None)
    return [each for each in held if margin.settle_of(each) == coin]


def _of_mode(account: Account, coin: str, venue: Venue) -> Row:
    """What is told in one mode of account and is empty in the other: of a coin, maintenance and
    ratio in futures mode, with cross positions.
    """
    told = dict.fromkeys(("disEq", "liab", "interest", "imr", "mmr", "mgnRatio"), "")
    pool = margin.currency(account, coin, venue)
    if account.multi_assets:
        counted = margin.counted(coin, pool.equity) * margin.usd(coin, venue)
        liable = max(-margin.cash(account, coin), ZERO)
        return told | {"disEq": exact(counted), "liab": exact(liable), "interest": "0"}
    if not pool.maintenance:
        return told
    initial = exact(_initial(account, venue, coin))
    return told | {"imr": initial, "mmr": exact(pool.maintenance), "mgnRatio": _shown(pool)}


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
