"""The venue's own numbers of a whole account, in the raw replies where their meaning is known.

Each function reads `info` of ccxt's `fetch_balance`, as the venue wrote it. Names and meanings:
the replies quoted in ccxt 4.5.90, and the documentation named at each. What is
not told, or is not told as it is documented, is None.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from math import isclose
from types import MappingProxyType
from typing import Any

from hedgewatch.venues.fields import Row, number_or_none


@dataclass(frozen=True, slots=True, kw_only=True)
class Numbers:
    """Equity (with unrealised profit) and maintenance margin; `wallet` is without that profit."""

    equity: float | None = None
    maintenance_margin: float | None = None
    wallet: float | None = None


NOTHING = Numbers()


def _path(info: object, *names: str | int) -> Any:
    """What lies there, None where the way ends before."""
    for name in names:
        if isinstance(info, Mapping):
            info = info.get(name)
        elif isinstance(info, list) and isinstance(name, int) and name < len(info):
            info = info[name]
        else:
            return None
    return info


def _rows(info: object) -> list[Row]:
    listed = info if isinstance(info, list) else []
    return [row for row in listed if isinstance(row, Mapping)]


def _pair(info: object, equity: str, maintenance: str) -> Numbers:
    if not isinstance(info, Mapping):
        return NOTHING
    return Numbers(
        equity=number_or_none(info, equity), maintenance_margin=number_or_none(info, maintenance)
    )


def _confirmed(numbers: Numbers, ratio: float | None) -> Numbers:
    """Both only where the ratio that the venue prints beside them is maintenance ÷ equity."""
    equity, needed = numbers.equity, numbers.maintenance_margin
    if ratio is None or not equity or needed is None:
        return NOTHING
    agrees = isclose(needed / equity, ratio, rel_tol=0.02, abs_tol=1e-4)
    return numbers if agrees else NOTHING


# Of an account that is one pool, counted in its venue's own currency


def _apex(info: object) -> Numbers:
    """api-docs.pro.apex.exchange: account balance."""
    return _pair(info, "totalEquityValue", "maintenanceMargin")


def _bitget_unified(info: object) -> Numbers:
    """Bitget API, unified account: mgnRatio = mmr ÷ effEquity."""
    data = _path(info, "data")
    ratio = number_or_none(data, "mgnRatio") if isinstance(data, Mapping) else None
    return _confirmed(_pair(data, "effEquity", "mmr"), ratio)


def _bybit(info: object) -> Numbers:
    """bybit-exchange.github.io/docs/v5/account/wallet-balance, of a unified account."""
    return _pair(_path(info, "result", "list", 0), "totalMarginBalance", "totalMaintenanceMargin")


def _cryptocom(info: object) -> Numbers:
    """exchange-docs.crypto.com: private/user-balance, in USD."""
    first = _path(info, "result", "data", 0)
    return _pair(first, "total_margin_balance", "total_maintenance_margin")


def _gate_unified(info: object) -> Numbers:
    """gate.com/docs/developers/apiv4: unified accounts; absent from a classic account."""
    whole = _path(info, 0) if isinstance(info, list) else info
    return _pair(whole, "total_margin_balance", "total_maintenance_margin")


def _htx(info: object) -> Numbers:
    """HTX API v5: account/balance; the older replies of inverse contracts have no such totals."""
    return _pair(_path(info, "data"), "equity", "maintenance_margin")


def _kraken_futures(info: object) -> Numbers:
    """docs.kraken.com: futures, accounts: the multi-collateral wallet `flex`, in USD."""
    flex = _path(info, "accounts", "flex") or _path(info, "flex")
    if flex is None and _path(info, "type") == "multiCollateralMarginAccount":
        flex = info
    return _pair(flex, "marginEquity", "maintenanceMargin")


def _okx(info: object) -> Numbers:
    """okx.com/docs-v5: account/balance; adjEq is empty in single-currency mode."""
    return _pair(_path(info, "data", 0), "adjEq", "mmr")


def _pacifica(info: object) -> Numbers:
    """docs.pacifica.fi: account; cross_mmr is what keeps the cross positions open."""
    data = _path(info, "data") or info
    return _pair(data, "cross_account_equity", "cross_mmr")


_WHOLE: Mapping[str, Callable[[object], Numbers]] = MappingProxyType(
    {
        "apex": _apex,
        "bitget": _bitget_unified,
        "bybit": _bybit,
        "bybitid": _bybit,
        "cryptocom": _cryptocom,
        "gate": _gate_unified,
        "htx": _htx,
        "krakenfutures": _kraken_futures,
        "okx": _okx,
        "okxus": _okx,
        "pacifica": _pacifica,
    }
)


def whole_account(venue: str, info: object) -> Numbers:
    """Equity and maintenance of the account, where its venue liquidates it as one; both or none."""
    numbers = _WHOLE[venue](info) if venue in _WHOLE else NOTHING
    told = numbers.equity is not None and numbers.maintenance_margin is not None
    return numbers if told else NOTHING


# Of the pool of each currency


@dataclass(frozen=True, slots=True, kw_only=True)
class _Table:
    """Where the currencies of a margin account are listed, and what their fields mean. `profit` is
    the unrealised profit inside the equity.
    """

    rows: Callable[[object], Iterable[Row]]
    asset: str = "currency"
    equity: str = ""
    maintenance: str = ""
    wallet: str = ""
    profit: str = ""


def _of_data(info: object) -> list[Row]:
    data = _path(info, "data")
    return [data] if isinstance(data, Mapping) else _rows(data)


def _poloniex_rows(info: object) -> list[Row]:
    return _rows(_path(info, "data", "details") or _path(info, "details"))


def _deribit_rows(info: object) -> list[Row]:
    """Under cross collateral the margin of one currency is not the account's."""
    listed = _rows(_path(info, "summaries") or _path(info, "result", "summaries"))
    return [row for row in listed if row.get("cross_collateral_enabled") is not True]


def _dydx_rows(info: object) -> list[Row]:
    """The indexer's subaccount. Its `equity` is the USDC and what positions are worth (those of a
    short are a debt), so that without their `unrealizedPnl` it is what was paid in and earned.
    """
    held = _path(info, "openPerpetualPositions")
    profits = [
        number_or_none(row, "unrealizedPnl")
        for row in (held.values() if isinstance(held, Mapping) else [{}])
        if isinstance(row, Mapping)
    ]
    told = [each for each in profits if each is not None]
    profit = sum(told) if len(told) == len(profits) else None
    return [{"currency": "USDC", "equity": _path(info, "equity"), "profit": profit}]


_DERIBIT = _Table(
    rows=_deribit_rows, equity="margin_balance", maintenance="maintenance_margin", wallet="balance"
)
_BY_CURRENCY: Mapping[str, _Table] = MappingProxyType(
    {
        # Documentation of BingX: swap/v3/user/balance
        "bingx": _Table(
            rows=lambda info: _rows(_path(info, "data")),
            asset="asset", equity="equity", wallet="balance",
        ),
        # Documentation of Bitget: v2/mix/account/accounts
        "bitget": _Table(
            rows=lambda info: _of_data(info) or _rows(info),
            asset="marginCoin", equity="accountEquity", profit="unrealizedPL",
        ),
        # Documentation of BloFin: account/balance
        "blofin": _Table(
            rows=lambda info: _rows(_path(info, "data", "details")), wallet="balance"
        ),
        # Documentation of Deribit: private/get_account_summaries
        "coinbaseinternational": _DERIBIT,
        "deribit": _DERIBIT,
        # Documentation of DigiFinex: swap/v2/account/balance
        "digifinex": _Table(
            rows=lambda info: _of_data(info) or _rows(info),
            equity="equity", profit="unrealized_pnl",
        ),
        # Documentation of dYdX: indexer, get subaccount
        "dydx": _Table(rows=_dydx_rows, equity="equity", profit="profit"),
        # Documentation of Gate: futures accounts; `total` is without unrealised profit
        "gate": _Table(
            rows=lambda info: [row for row in _rows(info) if "position_margin" in row],
            wallet="total",
        ),
        # Documentation of KuCoin: account-overview of futures
        "kucoin": _Table(rows=_of_data, equity="accountEquity", profit="unrealisedPNL"),
        "kucoinfutures": _Table(rows=_of_data, equity="accountEquity", profit="unrealisedPNL"),
        # Documentation of MEXC: contract, account/assets
        "mexc": _Table(rows=_of_data, equity="equity", profit="unrealized"),
        # Documentation of Poloniex: v3/account/balance
        "poloniex": _Table(
            rows=_poloniex_rows, asset="ccy", equity="eq", maintenance="mm", profit="upl"
        ),
    }
)  # fmt: skip


_UNIFIED: Mapping[str, _Table] = MappingProxyType(
    {
        # API of Bitget, unified account: v3/account/assets
        "bitget": _Table(
            rows=lambda info: _rows(_path(info, "data", "assets")), asset="coin", wallet="balance"
        ),
        # API of HTX, v5/account/balance
        "htx": _Table(
            rows=lambda info: _rows(_path(info, "data", "details")),
            equity="equity", profit="profit_unreal",
        ),
    }
)  # fmt: skip
"""Of accounts that are one pool, for which ccxt's total of a currency has the profit in it."""


def by_currency(venue: str, info: object, code: Callable[[str], str]) -> Mapping[str, Numbers]:
    """What the venue tells of the margin in each currency; `code` is how ccxt writes its name."""
    tables = (table for table in (_BY_CURRENCY.get(venue), _UNIFIED.get(venue)) if table)
    named = ((table, row.get(table.asset), row) for table in tables for row in table.rows(info))
    return {code(name): _numbers(table, row) for table, name, row in named if isinstance(name, str)}


def _numbers(table: _Table, row: Row) -> Numbers:
    equity = number_or_none(row, table.equity)
    wallet = number_or_none(row, table.wallet)
    profit = number_or_none(row, table.profit)
    if wallet is None and equity is not None and profit is not None:
        wallet = equity - profit
    needed = number_or_none(row, table.maintenance)
    return Numbers(equity=equity, maintenance_margin=needed, wallet=wallet)


def tells_sums(venue: str) -> bool:
    """Whether equity and maintenance of a pool are known to be told, in some kind of account."""
    table = _BY_CURRENCY.get(venue)
    return venue in _WHOLE or bool(table and table.equity and table.maintenance)


# Of one position

_MAINTENANCE: Mapping[str, str] = MappingProxyType(
    {
        "btse": "totalMaintenanceMargin",
        "coinbaseinternational": "maintenance_margin",
        "deribit": "maintenance_margin",
        "poloniex": "mm",
    }
)
"""Fields of raw positions that are an amount of money in the settle currency at any time. Gate's
`maintenance_margin` is 0 in one of the three recorded replies of the same position: not it.
"""


def maintenance_of(venue: str, row: Row) -> float | None:
    """What the venue asks for one position, None where it does not say."""
    info, name = row.get("info"), _MAINTENANCE.get(venue)
    if name is None or not isinstance(info, Mapping):
        return None
    needed = number_or_none(info, name)
    return needed if needed is not None and needed > 0.0 else None
