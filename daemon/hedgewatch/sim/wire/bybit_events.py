"""Frames of Bybit's private stream: what happened to an account."""

from typing import Any

from hedgewatch.sim.accounts import Account, Position
from hedgewatch.sim.changes import Filled
from hedgewatch.sim.clock import epoch_milliseconds
from hedgewatch.sim.wire import bybit_account
from hedgewatch.sim.wire.bybit_account import Sequence
from hedgewatch.sim.wire.numbers import plain
from hedgewatch.sim.world import World

Frame = dict[str, Any]

_FORCED = (
    ("autoclose-", "BustTrade", "CreateByTakeOver_PassThrough", "Liq"),
    ("adl_autoclose", "AdlTrade", "CreateByAdl_PassThrough", "Adl"),
    ("settlement_autoclose-", "Delivery", "CreateBySettle", "Normal"),
)
_OWN = ("", "Trade", "CreateByUser", "Normal")


def _kind(fill: Filled) -> tuple[str, str, str, str]:
    return next((kind for kind in _FORCED if fill.client_id.startswith(kind[0])), _OWN)


def status_after(fill: Filled) -> str:
    """What the position is said to be in while the venue closes it."""
    return _kind(fill)[3]


def execution(fill: Filled, world: World, sequence: Sequence) -> Frame:
    """One fill; its sequence is that of the position that it leaves."""
    now, symbol = epoch_milliseconds(), fill.position.symbol
    _, kind, created, _ = _kind(fill)
    price, quantity = world.mark_at(bybit_account.VENUE, symbol), abs(fill.quantity)
    before = fill.position.amount - fill.quantity
    closed = min(quantity, abs(before)) if before * fill.quantity < 0 else quantity * 0
    row = {
        "category": "linear",
        "symbol": symbol,
        "isLeverage": "0",
        "orderId": f"order-{now}",
        "orderLinkId": "",
        "side": "Buy" if fill.quantity > 0 else "Sell",
        "orderPrice": plain(price),
        "orderQty": plain(quantity),
        "leavesQty": "0",
        "createType": created,
        "orderType": "Market",
        "stopOrderType": "UNKNOWN",
        "execFee": "0",
        "execId": f"execution-{now}",
        "execPrice": plain(price),
        "execQty": plain(quantity),
        "execPnl": plain(fill.realised),
        "execType": kind,
        "execValue": plain(quantity * price),
        "execTime": str(now),
        "isMaker": False,
        "feeRate": "0",
        "closedSize": plain(closed),
        "seq": sequence.of(fill.account, fill.position),
        "feeCurrency": "USDT",
    }
    return _frame("execution", [row])


def position(
    world: World, account: Account, held: Position, sequence: Sequence, status: str
) -> Frame:
    """A position that changed: as a reply has it, but for the name of its entry."""
    row = bybit_account.position(world, account, held, sequence.of(account, held), status)
    row["entryPrice"] = row.pop("avgPrice")
    return _frame("position", [{"category": "linear", **row}])


def wallet(world: World, account: Account) -> Frame:
    """The wallet, whole."""
    return _frame("wallet", [bybit_account.wallet(world, account)])


def _frame(topic: str, rows: list[Frame]) -> Frame:
    now = epoch_milliseconds()
    return {"id": f"{topic}-{now}", "topic": topic, "creationTime": now, "data": rows}
