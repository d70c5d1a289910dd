"""The venue's own numbers of a whole account, in the raw replies where their meaning is known.
Those of each currency are in `generic_currencies.py`.

Each function reads `info` of ccxt's `fetch_balance`, as the venue wrote it. Names and meanings:
the replies quoted in ccxt 4.5.90, and the documentation named at each. What is
not told, or is not told as it is documented, is None.
"""

from collections.abc import Callable, Mapping
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


def path(info: object, *names: str | int) -> Any:
    """What lies there, None where the way ends before."""
    for name in names:
        if isinstance(info, Mapping):
            info = info.get(name)
        elif isinstance(info, list) and isinstance(name, int) and name < len(info):
            info = info[name]
        else:
            return None
    return info


def of_gate(info: object) -> object:
    """A raw account of Gate, which ccxt puts into a list where it asked for contracts."""
    return path(info, 0) if isinstance(info, list) else info


def raw_rows(info: object) -> list[Row]:
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
    data = path(info, "data")
    ratio = number_or_none(data, "mgnRatio") if isinstance(data, Mapping) else None
    return _confirmed(_pair(data, "effEquity", "mmr"), ratio)


def _bybit(info: object) -> Numbers:
    """bybit-exchange.github.io/docs/v5/account/wallet-balance, of a unified account."""
    return _pair(path(info, "result", "list", 0), "totalMarginBalance", "totalMaintenanceMargin")


def _cryptocom(info: object) -> Numbers:
    """exchange-docs.crypto.com: private/user-balance, in USD."""
    first = path(info, "result", "data", 0)
    return _pair(first, "total_margin_balance", "total_maintenance_margin")


def _gate_unified(info: object) -> Numbers:
    """Gate API v4, UnifiedAccount: absent from a classic account, 0 in single-currency margin."""
    return _pair(of_gate(info), "total_margin_balance", "total_maintenance_margin")


def _htx(info: object) -> Numbers:
    """HTX API v5: account/balance; the older replies of inverse contracts have no such totals."""
    return _pair(path(info, "data"), "equity", "maintenance_margin")


def _kraken_futures(info: object) -> Numbers:
    """docs.kraken.com: futures, accounts: the multi-collateral wallet `flex`, in USD."""
    flex = path(info, "accounts", "flex") or path(info, "flex")
    if flex is None and path(info, "type") == "multiCollateralMarginAccount":
        flex = info
    return _pair(flex, "marginEquity", "maintenanceMargin")


def _okx(info: object) -> Numbers:
    """okx.com/docs-v5: account/balance; adjEq is empty in single-currency mode."""
    return _pair(path(info, "data", 0), "adjEq", "mmr")


def _pacifica(info: object) -> Numbers:
    """docs.pacifica.fi: account; cross_mmr is what keeps the cross positions open."""
    data = path(info, "data") or info
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
    """Equity and maintenance of the account, where its venue liquidates it as one; both or none.
    Twice 0 is what accounts say that are not one pool (Gate, in single-currency margin).
    """
    numbers = _WHOLE[venue](info) if venue in _WHOLE else NOTHING
    told = numbers.equity is not None and numbers.maintenance_margin is not None
    return numbers if told and (numbers.equity or numbers.maintenance_margin) else NOTHING


def tells_whole(venue: str) -> bool:
    """Whether equity and maintenance of a whole account are known to be told."""
    return venue in _WHOLE


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
