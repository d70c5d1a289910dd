"""Frames of the private streams: what happened to an account."""

from typing import Any

from hedgewatch.sim import margin
from hedgewatch.sim.accounts import Account, Position
from hedgewatch.sim.changes import AccountChanged, Filled, MarginCalled
from hedgewatch.sim.clock import epoch_milliseconds
from hedgewatch.sim.markets import QUOTE
from hedgewatch.sim.wire.binance_account import alias
from hedgewatch.sim.wire.numbers import money, plain
from hedgewatch.sim.world import World

Frame = dict[str, Any]


def frame_of(change: AccountChanged | Filled | MarginCalled, world: World) -> Frame:
    """The private frame that tells of a change of a USDⓈ-M account."""
    match change:
        case AccountChanged():
            return account_update(change, world)
        case Filled():
            return order_trade_update(change, world)
        case MarginCalled(account):
            return margin_call(account, world)


def account_update(change: AccountChanged, world: World) -> Frame:
    """ACCOUNT_UPDATE: the wallet, and the positions that changed."""
    now = epoch_milliseconds()
    total, cross = change.account.wallet, change.account.cross_wallet
    if change.asset != QUOTE:
        total = cross = change.account.collateral[change.asset]
    wallet = {
        "a": change.asset,
        "wb": money(total),
        "cw": money(cross),
        "bc": plain(change.paid),
    }
    positions = [_position(position, world) for position in change.positions]
    update = {"m": change.reason, "B": [wallet], "P": positions}
    return {"e": "ACCOUNT_UPDATE", "E": now, "T": now, "i": alias(change.account), "a": update}


def order_trade_update(fill: Filled, world: World) -> Frame:
    """ORDER_TRADE_UPDATE of an order that was filled at once."""
    now, symbol = epoch_milliseconds(), fill.position.symbol
    quantity, price = plain(abs(fill.quantity)), plain(world.marks[symbol])
    order = {
        "s": symbol,
        "c": fill.client_id,
        "S": "BUY" if fill.quantity > 0 else "SELL",
        "o": "LIQUIDATION" if fill.client_id.startswith("autoclose-") else "MARKET",
        "f": "IOC",
        "q": quantity,
        "p": "0",
        "ap": price,
        "sp": "0",
        "x": "CALCULATED" if "autoclose" in fill.client_id else "TRADE",
        "X": "FILLED",
        "i": now,
        "l": quantity,
        "z": quantity,
        "L": price,
        "N": QUOTE,
        "n": "0",
        "T": now,
        "t": now,
        "b": "0",
        "a": "0",
        "m": False,
        "R": False,
        "wt": "CONTRACT_PRICE",
        "ot": "MARKET",
        "ps": fill.position.side,
        "cp": False,
        "rp": plain(fill.realised),
    }
    return {"e": "ORDER_TRADE_UPDATE", "E": now, "T": now, "i": alias(fill.account), "o": order}


def margin_call(account: Account, world: World) -> Frame:
    """MARGIN_CALL, with the positions that ask for it."""
    return {
        "e": "MARGIN_CALL",
        "E": epoch_milliseconds(),
        "cw": money(account.cross_wallet),
        "p": [_called(position, world) for position in margin.cross(account)],
    }


def listen_key_expired(key: str) -> Frame:
    """The stream's own end."""
    return {"e": "listenKeyExpired", "E": epoch_milliseconds(), "listenKey": key}


def outbound_account_position(account: Account, asset: str) -> Frame:
    """A spot balance that changed."""
    now, balance = epoch_milliseconds(), account.spot[asset]
    row = {"a": asset, "f": money(balance.free), "l": money(balance.locked)}
    return {"e": "outboundAccountPosition", "E": now, "u": now, "B": [row]}


def _position(position: Position, world: World) -> Frame:
    isolated = position.isolated_wallet
    return {
        "s": position.symbol,
        "pa": plain(position.amount),
        "ep": plain(position.entry),
        "bep": plain(position.entry),
        "cr": "0",
        "up": money(world.venue.pnl(position)),
        "mt": "cross" if isolated is None else "isolated",
        "iw": "0" if isolated is None else money(isolated),
        "ps": position.side,
        "ma": QUOTE,
    }


def _called(position: Position, world: World) -> Frame:
    return {
        "s": position.symbol,
        "ps": position.side,
        "pa": plain(position.amount),
        "mt": "CROSSED",
        "iw": "0",
        "mp": money(world.marks[position.symbol]),
        "up": money(world.venue.pnl(position)),
        "mm": money(world.venue.maintenance(position)),
    }
