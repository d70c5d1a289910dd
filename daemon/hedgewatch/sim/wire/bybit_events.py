"""Frames of Bybit's private stream: what happened to an account."""

from decimal import Decimal
from typing import Any

from hedgewatch.sim.accounts import Account, CoinPosition, Position
from hedgewatch.sim.changes import CoinsFilled, Filled
from hedgewatch.sim.clock import epoch_milliseconds
from hedgewatch.sim.margin_bybit import inverse_leg
from hedgewatch.sim.wire import bybit_account, bybit_positions
from hedgewatch.sim.wire.bybit_listings import inverse_name
from hedgewatch.sim.wire.bybit_positions import Sequence
from hedgewatch.sim.wire.numbers import plain
from hedgewatch.sim.world import World

Frame = dict[str, Any]

_FORCED = (
    ("autoclose-", "BustTrade", "CreateByTakeOver_PassThrough", "Liq"),
    ("adl_autoclose", "AdlTrade", "CreateByAdl_PassThrough", "Adl"),
    ("settlement_autoclose-", "Delivery", "CreateBySettle", "Normal"),
)
_OWN = ("", "Trade", "CreateByUser", "Normal")


def _kind(fill: Filled | CoinsFilled) -> tuple[str, str, str, str]:
    return next((kind for kind in _FORCED if fill.client_id.startswith(kind[0])), _OWN)


def status_after(fill: Filled | CoinsFilled) -> str:
    """What the position is said to be in while the venue closes it."""
    return _kind(fill)[3]


def execution(fill: Filled, world: World, sequence: Sequence) -> Frame:
    """One fill; its sequence is that of the position that it leaves."""
    symbol = fill.position.symbol
    price = world.mark_at(bybit_account.VENUE, symbol)
    held = (fill.position.amount, fill.quantity)
    row = _execution(fill, ("linear", symbol), held, price, fill.realised)
    return _frame("execution", [{**row, "seq": sequence.of(fill.account, fill.position)}])


def coin_execution(fill: CoinsFilled, sequence: Sequence) -> Frame:
    """The same of an inverse contract, in dollars."""
    face = inverse_leg(fill.position).contract.face
    held = (fill.position.contracts * face, fill.quantity * face)
    named = ("inverse", inverse_name(fill.position.symbol))
    row = _execution(fill, named, held, fill.price, fill.realised)
    return _frame("execution", [{**row, "seq": sequence.of(fill.account, fill.position)}])


def _execution(
    fill: Filled | CoinsFilled,
    named: tuple[str, str],
    held: tuple[Decimal, Decimal],
    price: Decimal,
    realised: Decimal,
) -> Frame:
    """`held` is what the fill left, and by how much it changed that."""
    now, (category, symbol), (after, change) = epoch_milliseconds(), named, held
    _, kind, created, _ = _kind(fill)
    before, quantity = after - change, abs(change)
    closed = min(quantity, abs(before)) if before * change < 0 else quantity * 0
    return {
        "category": category,
        "symbol": symbol,
        "isLeverage": "0",
        "orderId": f"order-{now}",
        "orderLinkId": "",
        "side": "Buy" if change > 0 else "Sell",
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
        "execPnl": plain(realised),
        "execType": kind,
        "execValue": plain(quantity * price),
        "execTime": str(now),
        "isMaker": False,
        "feeRate": "0",
        "closedSize": plain(closed),
        "feeCurrency": "USDT" if category == "linear" else symbol.partition("USD")[0],
    }


def position(
    world: World, account: Account, held: Position, sequence: Sequence, status: str
) -> Frame:
    """A position that changed: as a reply has it, but for the name of its entry."""
    row = bybit_positions.position(world, account, held, sequence.of(account, held), status)
    return _position("linear", row)


def coin_position(
    world: World, account: Account, held: CoinPosition, sequence: Sequence, status: str
) -> Frame:
    """The same of an inverse contract."""
    row = bybit_positions.coin_position(world, account, held, sequence.of(account, held), status)
    return _position("inverse", row)


def _position(category: str, row: Frame) -> Frame:
    row["entryPrice"] = row.pop("avgPrice")
    return _frame("position", [{"category": category, **row}])


def wallet(world: World, account: Account) -> Frame:
    """The wallet, whole."""
    return _frame("wallet", [bybit_account.wallet(world, account)])


def _frame(topic: str, rows: list[Frame]) -> Frame:
    now = epoch_milliseconds()
    return {"id": f"{topic}-{now}", "topic": topic, "creationTime": now, "data": rows}
