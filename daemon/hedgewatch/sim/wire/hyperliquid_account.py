"""What Hyperliquid tells anybody of an address: its clearinghouse, its tokens, its fills.

Field names: Hyperliquid documentation, "Perpetuals" (`clearinghouseState`), "Spot"
(`spotClearinghouseState`), "Websocket, Subscriptions" (`WsFill`, `WsLiquidation`). An address that
nobody ever used has the same reply as an empty account.
"""

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

from hedgewatch.sim import margin_hyperliquid as rules
from hedgewatch.sim.accounts import ZERO, Account, Moved, Position, SpotBalance
from hedgewatch.sim.changes import Filled
from hedgewatch.sim.clock import epoch_milliseconds
from hedgewatch.sim.margin import Venue
from hedgewatch.sim.wire.hyperliquid_market import MONEY, VENUE, token_of, tokens
from hedgewatch.sim.wire.numbers import plain
from hedgewatch.sim.world import World

Reply = dict[str, Any]
LIQUIDATOR = "0x2e3d94f0562703b25c83308a05046ddaf9a8dd14"
"""Somebody else."""

_SIX, _TEN = Decimal("0.000001"), Decimal("0.0000000001")


def state(world: World, account: Account | None, *, listed: bool = True) -> Reply:
    """`clearinghouseState`; not `listed` is a fault: positions are left out of the list alone."""
    venue = world.venue_of(VENUE)
    held = account.held() if account is not None else []
    shared = [each for each in held if each.isolated_wallet is None]
    cash = account.cross_wallet if account is not None else ZERO
    alone = sum((each.isolated_wallet or ZERO for each in held), ZERO)
    of_cross = _summary(shared, cash, account, venue)
    needed = rules.maintenance_margin(account, venue) if account is not None else ZERO
    free = Decimal(of_cross["accountValue"]) - Decimal(of_cross["totalMarginUsed"])
    rows = [_row(each, account, venue) for each in held if account is not None]
    return {
        "marginSummary": _summary(held, cash + alone, account, venue),
        "crossMarginSummary": of_cross,
        "crossMaintenanceMarginUsed": _money(needed),
        "withdrawable": _money(max(free, ZERO)),
        "assetPositions": rows if listed else [],
        "time": epoch_milliseconds(),
    }


def _summary(held: list[Position], cash: Decimal, account: Account | None, venue: Venue) -> Reply:
    values = [each.notional(venue.marks[each.symbol]) for each in held]
    value = cash + sum((venue.pnl(each) for each in held), ZERO)
    used = sum((_margin_used(each, account, venue) for each in held if account), ZERO)
    if account is not None and account.unified:
        value = used  # what lies here was drawn from the spot wallet, which has the rest
    return {
        "accountValue": _money(value),
        "totalNtlPos": _money(sum(map(abs, values), ZERO)),
        "totalRawUsd": _money(value - sum(values, ZERO)),
        "totalMarginUsed": _money(used),
    }


def _margin_used(position: Position, account: Account | None, venue: Venue) -> Decimal:
    if position.isolated_wallet is not None:
        return position.isolated_wallet + venue.pnl(position)
    leverage = account.leverage if account is not None else 1
    return abs(position.notional(venue.marks[position.symbol])) / leverage


def _row(position: Position, account: Account, venue: Venue) -> Reply:
    market, mark = venue.markets[position.symbol], venue.marks[position.symbol]
    leverage: Reply = {"type": "cross", "value": account.leverage}
    if position.isolated_wallet is not None:
        raw = position.isolated_wallet - position.amount * position.entry
        leverage = {"type": "isolated", "value": account.leverage, "rawUsd": _money(raw)}
    liquidated = rules.liquidation_price(position, account, venue)
    used = _margin_used(position, account, venue)
    told = {
        "coin": market.base,
        "szi": plain(position.amount),
        "leverage": leverage,
        "entryPx": plain(position.entry),
        "positionValue": _money(abs(position.notional(mark))),
        "unrealizedPnl": _money(venue.pnl(position)),
        "returnOnEquity": plain((venue.pnl(position) / used).quantize(_TEN)) if used else "0.0",
        "liquidationPx": plain(liquidated.quantize(_TEN)) if liquidated else None,
        "marginUsed": _money(used),
        "maxLeverage": market.tiers[0].leverage,
        "cumFunding": dict.fromkeys(("allTime", "sinceOpen", "sinceChange"), "0.0"),
    }
    return {"type": "oneWay", "position": told}


def spot_state(world: World, account: Account | None) -> Reply:
    """`spotClearinghouseState`; of a unified account with what backs its positions, profit and all,
    and what would be left of it.
    """
    owned = dict(account.spot) if account is not None else {}
    if account is None or not account.unified:
        return {"balances": list(_tokens(world, owned))}
    venue = world.venue_of(VENUE)
    total = account.wallet + sum((venue.pnl(each) for each in account.held()), ZERO)
    held = sum((_margin_used(each, account, venue) for each in account.held()), ZERO)
    owned[MONEY] = SpotBalance(total - held, held)
    free = rules.margin_balance(account, venue) - rules.maintenance_margin(account, venue)
    left = {"tokenToAvailableAfterMaintenance": [[0, _money(free)]]}
    return {"balances": list(_tokens(world, owned))} | left


def _tokens(world: World, owned: Mapping[str, SpotBalance]) -> Iterator[Reply]:
    for index, asset in enumerate(tokens(world)):
        if asset in owned:
            yield {
                "coin": token_of(asset),
                "token": index,
                "total": plain(owned[asset].free + owned[asset].locked),
                "hold": plain(owned[asset].locked),
                "entryNtl": "0.0",
            }


def role(account: Account | None) -> Reply:
    """`userRole`."""
    return {"role": "missing" if account is None else "user"}


def fill(told: Filled, world: World) -> Reply:
    """`WsFill`: an order that was filled, and why where the venue made it."""
    market = world.markets[told.position.symbol]
    before, price = told.position.amount - told.quantity, world.mark_at(VENUE, market.symbol)
    now = epoch_milliseconds()
    row = {
        "coin": market.base,
        "px": plain(price),
        "sz": plain(abs(told.quantity)),
        "side": "B" if told.quantity > 0 else "A",
        "time": now,
        "startPosition": plain(before),
        "dir": _direction(told, before),
        "closedPnl": _money(told.realised),
        "hash": f"0x{now:064x}",
        "oid": now,
        "crossed": True,
        "fee": "0.0",
        "tid": now,
        "feeToken": MONEY,
    }
    whom = _liquidated(told)
    terms = {"liquidatedUser": whom, "markPx": plain(price), "method": "market"}
    return row | {"liquidation": terms} if whom else row


def _liquidated(told: Filled) -> str:
    """Whose liquidation a fill is part of: in an auto-deleveraging that of somebody else."""
    if told.client_id.startswith("autoclose-"):
        return told.account.key
    return LIQUIDATOR if told.client_id == "adl_autoclose" else ""


def _direction(told: Filled, before: Decimal) -> str:
    if told.client_id == "adl_autoclose":
        return "Auto-Deleveraging"
    if told.client_id.startswith("settlement_autoclose-"):
        return "Settlement"
    closes = before * told.quantity < 0
    side = "Long" if (before > 0 if closes else told.quantity > 0) else "Short"
    if told.client_id.startswith("autoclose-"):
        kind = "Cross" if told.position.isolated_wallet is None else "Isolated"
        return f"Liquidated {kind} {side}"
    return f"Close {side}" if closes else f"Open {side}"


def liquidation(told: Filled, world: World) -> Reply:
    """`WsLiquidation`."""
    price = world.mark_at(VENUE, told.position.symbol)
    value = rules.margin_balance(told.account, world.venue_of(VENUE))
    return {
        "lid": epoch_milliseconds(),
        "liquidator": LIQUIDATOR,
        "liquidated_user": told.account.key,
        "liquidated_ntl_pos": _money(abs(told.quantity) * price),
        "liquidated_account_value": _money(value),
    }


def ledger(moved: Moved, account: Account) -> Reply:
    """What left the spot wallet, as `userNonFundingLedgerUpdates` has it."""
    gone = moved.how == "withdraw"
    delta = {
        "type": "spotTransfer",
        "token": token_of(moved.asset),
        "amount": plain(moved.amount),
        "user": account.key,
        "destination": LIQUIDATOR if gone else account.key,
        "fee": "0.0",
    }
    return {"time": moved.at, "hash": f"0x{moved.at:064x}", "delta": delta}


def sale(moved: Moved, name: str) -> Reply:
    """A sale of a spot token, as `userFillsByTime` has it."""
    return {
        "coin": name,
        "px": "1.0",
        "sz": plain(moved.amount),
        "side": "A",
        "time": moved.at,
        "startPosition": plain(moved.amount),
        "dir": "Sell",
        "closedPnl": "0.0",
        "hash": f"0x{moved.at:064x}",
        "oid": moved.at,
        "crossed": True,
        "fee": "0.0",
        "tid": moved.at,
        "feeToken": MONEY,
    }


def _money(value: Decimal) -> str:
    return f"{value.quantize(_SIX):f}"
