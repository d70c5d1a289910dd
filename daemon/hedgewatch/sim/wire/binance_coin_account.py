"""What the COIN-M venue says of an account, in replies and in private frames."""

from decimal import Decimal
from typing import Any

from hedgewatch.sim.accounts import ZERO, Account, CoinPosition
from hedgewatch.sim.changes import CoinMarginCalled, CoinsChanged, CoinsFilled
from hedgewatch.sim.clock import epoch_milliseconds
from hedgewatch.sim.coin_contracts import CoinContract
from hedgewatch.sim.wire.binance_account import alias
from hedgewatch.sim.wire.numbers import money, plain
from hedgewatch.sim.world import World

Reply = dict[str, Any]


def position_risk(world: World, account: Account) -> list[Reply]:
    """GET /dapi/v1/positionRisk: every contract, flat ones too."""
    held = [_risk(world, account, position) for position in _held(account)]
    return held + [
        _risk(world, account, CoinPosition(symbol, ZERO, ZERO))
        for symbol in world.coins.contracts
        if all(position.symbol != symbol for position in _held(account))
    ]


def _held(account: Account) -> list[CoinPosition]:
    return [position for position in account.coin_positions.values() if position.contracts]


def _risk(world: World, account: Account, position: CoinPosition) -> Reply:
    held, isolated = bool(position.contracts), position.isolated_wallet is not None
    pool = world.coins.pool_of(account, position)
    profit = pool.profit(position) if held else ZERO
    liquidated = pool.liquidation_price(position.symbol) if held else ZERO
    value = pool.notional(position) * (1 if position.contracts > 0 else -1)
    return {
        "symbol": position.symbol,
        "positionAmt": plain(position.contracts),
        "entryPrice": money(position.entry),
        "breakEvenPrice": money(position.entry),
        "markPrice": money(world.coins.mark(position.symbol) if held else ZERO),
        "unRealizedProfit": money(profit),
        "liquidationPrice": money(liquidated) if liquidated else "0",
        "leverage": str(account.leverage),
        "maxQty": plain(world.coins.contracts[position.symbol].tiers[-1].cap),
        "marginType": "isolated" if isolated else "cross",
        "isolatedMargin": money((position.isolated_wallet or ZERO) + profit if isolated else ZERO),
        "isAutoAddMargin": "false",
        "positionSide": position.side,
        "notionalValue": money(value),
        "isolatedWallet": money(position.isolated_wallet or ZERO) if isolated else "0",
        "updateTime": position.updated,
    }


def account_information(world: World, account: Account) -> Reply:
    """GET /dapi/v1/account."""
    flags = dict.fromkeys(("canTrade", "canDeposit", "canWithdraw"), True)
    bases = sorted({contract.base for contract in world.coins.contracts.values()})
    return {
        "feeTier": 0,
        **flags,
        "updateTime": account.updated,
        "assets": [_asset(world, account, coin) for coin in bases],
        "positions": [_row(world, account, position) for position in _held(account)],
    }


def _asset(world: World, account: Account, coin: str) -> Reply:
    """Wallet figures are of all that is in the coin, `cross` ones of its cross pool."""
    pool = world.coins.pool(account, coin)
    of_coin = [p for p in _held(account) if world.coins.contracts[p.symbol].base == coin]
    wallet = account.coins.get(coin, ZERO)
    profit = sum((pool.profit(position) for position in of_coin), ZERO)
    cross_profit = pool.margin_balance - pool.wallet
    initial = sum((pool.notional(position) for position in of_coin), ZERO) / account.leverage
    needed = sum((pool.maintenance(position) for position in of_coin), ZERO)
    free = max(pool.margin_balance - initial, ZERO)
    return {
        "asset": coin,
        "walletBalance": money(wallet),
        "unrealizedProfit": money(profit),
        "marginBalance": money(wallet + profit),
        "maintMargin": money(needed),
        "initialMargin": money(initial),
        "positionInitialMargin": money(initial),
        "openOrderInitialMargin": money(ZERO),
        "maxWithdrawAmount": money(min(free, pool.wallet)),
        "crossWalletBalance": money(pool.wallet),
        "crossUnPnl": money(cross_profit),
        "availableBalance": money(free),
        "updateTime": account.updated,
    }


def _row(world: World, account: Account, position: CoinPosition) -> Reply:
    pool = world.coins.pool_of(account, position)
    initial = pool.notional(position) / account.leverage
    return {
        "symbol": position.symbol,
        "initialMargin": money(initial),
        "maintMargin": money(pool.maintenance(position)),
        "unrealizedProfit": money(pool.profit(position)),
        "positionInitialMargin": money(initial),
        "openOrderInitialMargin": "0",
        "leverage": str(account.leverage),
        "isolated": position.isolated_wallet is not None,
        "positionSide": position.side,
        "entryPrice": money(position.entry),
        "breakEvenPrice": money(position.entry),
        "maxQty": plain(world.coins.contracts[position.symbol].tiers[-1].cap),
        "notionalValue": money(pool.notional(position)),
        "isolatedWallet": money(position.isolated_wallet or ZERO),
        "positionAmt": plain(position.contracts),
        "updateTime": position.updated,
    }


def leverage_brackets(contract: CoinContract, floor: str = "qtylFloor") -> Reply:
    """One contract of GET /dapi/v2/leverageBracket, the floor as the venue spells it."""
    rows = [
        {
            "bracket": number,
            "initialLeverage": tier.leverage,
            "qtyCap": int(tier.cap),
            floor: int(tier.floor),
            "maintMarginRatio": float(tier.rate),
            "cum": float(tier.deduction),
        }
        for number, tier in enumerate(contract.tiers, start=1)
    ]
    return {"symbol": contract.symbol, "brackets": rows}


def adl_quantiles(_world: World, account: Account) -> list[Reply]:
    """GET /dapi/v1/adlQuantile."""
    sides = {"LONG": 0, "SHORT": 0, "BOTH": 1}
    return [{"symbol": position.symbol, "adlQuantile": sides} for position in _held(account)]


# private frames


def frame_of(change: CoinsChanged | CoinsFilled | CoinMarginCalled, world: World) -> Reply:
    """The frame that tells of a change of a COIN-M account."""
    match change:
        case CoinsChanged():
            return account_update(change, world)
        case CoinsFilled():
            return order_trade_update(change, world)
        case CoinMarginCalled(account, coin):
            return margin_call(account, coin, world)


def account_update(change: CoinsChanged, world: World) -> Reply:
    """ACCOUNT_UPDATE: the wallet of a coin, and the positions that changed."""
    now, pool = epoch_milliseconds(), world.coins.pool(change.account, change.coin)
    wallet = {
        "a": change.coin,
        "wb": money(change.account.coins.get(change.coin, ZERO)),
        "cw": money(pool.wallet),
        "bc": plain(change.paid),
    }
    legs = [_leg(position, world) for position in change.positions]
    update = {"m": change.reason, "B": [wallet], "P": legs}
    return {"e": "ACCOUNT_UPDATE", "E": now, "T": now, "i": alias(change.account), "a": update}


def _leg(position: CoinPosition, world: World) -> Reply:
    value = position.contracts * world.coins.contracts[position.symbol].face
    mark = world.coins.mark(position.symbol)
    profit = value / position.entry - value / mark if position.contracts else ZERO
    isolated = position.isolated_wallet
    return {
        "s": position.symbol,
        "pa": plain(position.contracts),
        "ep": money(position.entry),
        "bep": money(position.entry),
        "cr": "0",
        "up": money(profit),
        "mt": "cross" if isolated is None else "isolated",
        "iw": "0" if isolated is None else money(isolated),
        "ps": position.side,
    }


def order_trade_update(fill: CoinsFilled, world: World) -> Reply:
    """ORDER_TRADE_UPDATE of an order that was filled at once."""
    now, contract = epoch_milliseconds(), world.coins.contracts[fill.position.symbol]
    quantity, price = plain(abs(fill.quantity)), plain(fill.price)
    order = {
        "s": contract.symbol,
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
        "ma": contract.base,
        "N": contract.base,
        "n": "0",
        "T": now,
        "t": now,
        "rp": money(fill.realised),
        "b": "0",
        "a": "0",
        "m": False,
        "R": False,
        "wt": "CONTRACT_PRICE",
        "ot": "MARKET",
        "ps": fill.position.side,
        "cp": False,
    }
    return {"e": "ORDER_TRADE_UPDATE", "E": now, "T": now, "i": alias(fill.account), "o": order}


def margin_call(account: Account, coin: str, world: World) -> Reply:
    """MARGIN_CALL, with the positions that ask for it."""
    pool = world.coins.pool(account, coin)
    rows = [
        {
            "s": position.symbol,
            "ps": position.side,
            "pa": plain(position.contracts),
            "mt": "CROSSED",
            "iw": "0",
            "mp": money(world.coins.mark(position.symbol)),
            "up": money(pool.profit(position)),
            "mm": money(pool.maintenance(position)),
        }
        for position in pool.positions
    ]
    now, wallet = epoch_milliseconds(), money(Decimal(pool.wallet))
    return {"e": "MARGIN_CALL", "E": now, "i": alias(account), "cw": wallet, "p": rows}
