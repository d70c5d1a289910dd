"""The venue's own numbers of each currency of an account, in the raw replies where their meaning is
known: equity, maintenance margin, and the money without what open positions bring along.

Names and meanings: the replies quoted in ccxt 4.5.90, and the documentation named at each.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from hedgewatch.venues.dialects.generic_accounts import (
    Numbers,
    of_gate,
    path,
    raw_rows,
    tells_whole,
)
from hedgewatch.venues.fields import Row, number_or_none


@dataclass(frozen=True, slots=True, kw_only=True)
class _Table:
    """Where the currencies of a margin account are listed, and what their fields mean. `profit` is
    the unrealised profit inside the equity. What of the `wallet` is profit all the same is taken
    off by `generic_booked.py`.
    """

    rows: Callable[[object], Iterable[Row]]
    asset: str = "currency"
    equity: str = ""
    maintenance: str = ""
    wallet: str = ""
    profit: str = ""


def _of_data(info: object) -> list[Row]:
    data = path(info, "data")
    return [data] if isinstance(data, Mapping) else raw_rows(data)


def _added(row: Row, *names: str, less: str = "") -> float | None:
    """A sum of fields, less another, that are all told; None where one is not."""
    told = [each for name in names if (each := number_or_none(row, name)) is not None]
    taken = number_or_none(row, less) if less else 0.0
    return None if taken is None or len(told) < len(names) else sum(told) - taken


def _bullish_rows(info: object) -> list[Row]:
    """Locked is what orders, loans and instructions hold; borrowed is owed."""
    return [
        {
            "currency": row.get("assetSymbol"),
            "wallet": _added(row, "availableQuantity", "lockedQuantity", less="borrowedQuantity"),
        }
        for row in raw_rows(info)
    ]


def _poloniex_rows(info: object) -> list[Row]:
    return raw_rows(path(info, "data", "details") or path(info, "details"))


def _deribit_rows(info: object) -> list[Row]:
    """Under cross collateral the margin of one currency is not the account's: what is owned is."""
    listed = raw_rows(path(info, "summaries") or path(info, "result", "summaries"))
    return [
        {name: row.get(name) for name in ("currency", "equity")}
        if row.get("cross_collateral_enabled") is True
        else row
        for row in listed
    ]


def _dydx_rows(info: object) -> list[Row]:
    """The indexer's subaccount. Its `equity` is the USDC and what positions are worth (those of a
    short are a debt), so that without their `unrealizedPnl` it is what was paid in and earned.
    """
    held = path(info, "openPerpetualPositions")
    rows = raw_rows(list(held.values())) if isinstance(held, Mapping) else [{}]
    told = [each for row in rows if (each := number_or_none(row, "unrealizedPnl")) is not None]
    profit = sum(told) if len(told) == len(rows) else None
    return [{"currency": "USDC", "equity": path(info, "equity"), "profit": profit}]


def _htx_rows(info: object) -> list[Row]:
    """Coin-margined contracts: an account of its own for each, whose static margin is the coins
    without the profit since they were last settled.
    """
    return [row for row in raw_rows(path(info, "data")) if "margin_static" in row]


def _gate_rows(info: object) -> list[Row]:
    """Of a unified account. Margin balance and need of a currency are 0 outside single-currency
    margin: then they are not told.
    """
    held = path(of_gate(info), "balances")
    named = held.items() if isinstance(held, Mapping) else ()
    return [
        {
            **row,
            "currency": name,
            "margin_balance": number_or_none(row, "margin_balance") or None,
            "mm": row.get("mm") if number_or_none(row, "margin_balance") else None,
        }
        for name, row in named
        if isinstance(row, Mapping) and "equity" in row
    ]


def _kucoin_rows(info: object) -> list[Row]:
    accounts = raw_rows(path(info, "data", "accounts"))
    return [row for account in accounts for row in raw_rows(account.get("currencies"))]


def _hitbtc_rows(info: object) -> list[Row]:
    """What is reserved as margin is apart from what orders reserve."""
    parts = ("available", "reserved", "reserved_margin")
    return [{**row, "wallet": _added(row, *parts)} for row in raw_rows(info)]


_HITBTC = _Table(rows=_hitbtc_rows, wallet="wallet")
_DERIBIT = _Table(
    rows=_deribit_rows, equity="margin_balance", maintenance="maintenance_margin", wallet="equity"
)
_KUCOIN = _Table(rows=_of_data, equity="accountEquity", profit="unrealisedPNL")
_KUCOIN_UNIFIED = _Table(rows=_kucoin_rows, wallet="balance")

_BY_CURRENCY: Mapping[str, tuple[_Table, ...]] = MappingProxyType(
    {
        # Documentation of BingX: swap/v3/user/balance
        "bingx": (
            _Table(
                rows=lambda info: raw_rows(path(info, "data")),
                asset="asset", equity="equity", wallet="balance",
            ),
        ),
        "bitget": (
            # Documentation of Bitget: v2/mix/account/accounts
            _Table(
                rows=lambda info: _of_data(info) or raw_rows(info),
                asset="marginCoin", equity="accountEquity", profit="unrealizedPL",
            ),
            # API of Bitget, unified account: v3/account/assets
            _Table(
                rows=lambda info: raw_rows(path(info, "data", "assets")),
                asset="coin", wallet="balance",
            ),
        ),
        # Documentation of BloFin: account/balance
        "blofin": (
            _Table(rows=lambda info: raw_rows(path(info, "data", "details")), wallet="balance"),
        ),
        # Trading API of Bullish: TradingAccountAsset
        "bullish": (_Table(rows=_bullish_rows, wallet="wallet"),),
        # Documentation of Deribit: private/get_account_summaries
        "coinbaseinternational": (_DERIBIT,),
        "deribit": (_DERIBIT,),
        # Documentation of DigiFinex: swap/v2/account/balance
        "digifinex": (
            _Table(
                rows=lambda info: _of_data(info) or raw_rows(info),
                equity="equity", profit="unrealized_pnl",
            ),
        ),
        # Documentation of dYdX: indexer, get subaccount
        "dydx": (_Table(rows=_dydx_rows, equity="equity", profit="profit"),),
        "gate": (
            # Documentation of Gate: futures accounts; `total` is without unrealised profit
            _Table(
                rows=lambda info: [row for row in raw_rows(info) if "position_margin" in row],
                wallet="total",
            ),
            # Gate API v4, UnifiedBalance; equity = available + freeze − borrowed + total of the
            # futures account + its unrealised profit
            _Table(
                rows=_gate_rows, wallet="equity", equity="margin_balance", maintenance="mm"
            ),
        ),
        # API v3 of HitBTC, futures balance and spot balance
        "fmfwio": (_HITBTC,),
        "hitbtc": (_HITBTC,),
        "htx": (
            # API of HTX, v5/account/balance
            _Table(
                rows=lambda info: raw_rows(path(info, "data", "details")),
                equity="equity", profit="profit_unreal",
            ),
            # API of HTX, swap_account_info and contract_account_info
            _Table(
                rows=_htx_rows, asset="symbol", equity="margin_balance", wallet="margin_static"
            ),
        ),
        # Documentation of KuCoin: account-overview of futures; account of a unified login
        "kucoin": (_KUCOIN, _KUCOIN_UNIFIED),
        "kucoinfutures": (_KUCOIN, _KUCOIN_UNIFIED),
        # Documentation of MEXC: contract, account/assets
        "mexc": (_Table(rows=_of_data, equity="equity", profit="unrealized"),),
        # Documentation of Poloniex: v3/account/balance
        "poloniex": (
            _Table(rows=_poloniex_rows, asset="ccy", equity="eq", maintenance="mm", profit="upl"),
        ),
    }
)  # fmt: skip


def _lighter_rows(info: object) -> list[Row]:
    accounts = raw_rows(path(info, "accounts"))
    return [row for account in accounts for row in raw_rows(account.get("assets"))]


_SPOT: Mapping[str, tuple[_Table, ...]] = MappingProxyType(
    {
        # apidocs.lighter.xyz: account. ccxt's sum of these is none in Python
        "lighter": (_Table(rows=_lighter_rows, asset="symbol", wallet="balance"),),
    }
)


def by_currency(venue: str, info: object, code: Callable[[str], str]) -> Mapping[str, Numbers]:
    """What the venue tells of the margin in each currency; `code` is how ccxt writes its name. What
    is told in several accounts of one currency (HTX has one a contract) adds up.
    """
    return _told(_BY_CURRENCY.get(venue, ()), info, code)


def of_spot(venue: str, info: object, code: Callable[[str], str]) -> Mapping[str, Numbers]:
    """The same of coins beside the margin, where ccxt does not tell them."""
    return _told(_SPOT.get(venue, ()), info, code)


def _told(
    tables: Iterable[_Table], info: object, code: Callable[[str], str]
) -> Mapping[str, Numbers]:
    found: dict[str, Numbers] = {}
    for table in tables:
        for row in table.rows(info):
            name: Any = row.get(table.asset)
            if isinstance(name, str):
                told, known = _numbers(table, row), found.get(code(name))
                found[code(name)] = told if known is None else together(known, told)
    return found


def _numbers(table: _Table, row: Row) -> Numbers:
    equity = number_or_none(row, table.equity)
    wallet = number_or_none(row, table.wallet)
    profit = number_or_none(row, table.profit)
    if wallet is None and equity is not None and profit is not None:
        wallet = equity - profit
    needed = number_or_none(row, table.maintenance)
    return Numbers(equity=equity, maintenance_margin=needed, wallet=wallet)


def together(one: Numbers, other: Numbers) -> Numbers:
    """Two accounts in one currency: what one of them does not tell, both do not."""
    return Numbers(
        equity=_both(one.equity, other.equity),
        maintenance_margin=_both(one.maintenance_margin, other.maintenance_margin),
        wallet=_both(one.wallet, other.wallet),
    )


def _both(one: float | None, other: float | None) -> float | None:
    return None if one is None or other is None else one + other


def tells_sums(venue: str) -> bool:
    """Whether equity and maintenance of a pool are known to be told, in some kind of account."""
    tables = _BY_CURRENCY.get(venue, ())
    return tells_whole(venue) or any(table.equity and table.maintenance for table in tables)


OWN_OF: Mapping[str, str] = MappingProxyType(
    {
        "bitget": "a unified account",
        "coinbaseinternational": "a currency without cross collateral",
        "deribit": "a currency without cross collateral",
        "gate": "a unified account",
        "htx": "linear contracts",
        "krakenfutures": "the multi-collateral wallet",
    }
)
"""Where equity and maintenance are told of some accounts only."""
