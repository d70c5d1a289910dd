"""How each venue asks for margin and liquidates, as data: the solver has no formula of any venue.

A dialect names the regime of each pool; what a regime does not cover says why (`unknown`), so
that nobody is shown a number that the venue would not agree with. Sources: `daemon/NUMBERS.md`.
"""

from collections.abc import Mapping
from types import MappingProxyType

from hedgewatch.core.margin.polarity import VENUE_RATIOS, VenueRatio
from hedgewatch.core.margin.regime import (
    Basis,
    Display,
    Fee,
    Netting,
    PoolOf,
    Regime,
    TierKind,
)

__all__ = [
    "REGIMES",
    "UNKNOWN",
    "Basis",
    "Display",
    "Fee",
    "Netting",
    "PoolOf",
    "Regime",
    "TierKind",
]


_BINANCE = VENUE_RATIOS["binance"]
_BYBIT = VENUE_RATIOS["bybit"]
_OKX = VENUE_RATIOS["okx"]
_BLOFIN = VENUE_RATIOS["blofin"]
_HYPERLIQUID = VENUE_RATIOS["hyperliquid"]
_UM = "Binance FAQ b3c689c1f50a44cabb3a84e663b81d93"
_CM = "Binance FAQ ceccfcfb4e3a45e3b48b0b1bb1a8ae46"
_UTA = "Bybit help centre: New Margin Calculation (2025-09-18)"
_ISOLATED_UTA = "Bybit help centre: Liquidation Price, Isolated Mode, UTA (2026-05-27)"
_OKX_HELP = "OKX help 6997123251341, 360054690531"
_HL = "Hyperliquid documentation: liquidations, margin tiers"
_HL_MODES = "Hyperliquid documentation: account abstraction modes"

_BINANCE_REGIMES = (
    Regime(name="binance-usdm-cross", source=_UM, ratio=_BINANCE),
    Regime(name="binance-usdm-isolated", source=_UM, ratio=_BINANCE, pool=PoolOf.POSITION),
    Regime(
        name="binance-usdm-multi-assets",
        source=_UM + ", Multi-Assets Mode",
        ratio=_BINANCE,
        pool=PoolOf.ACCOUNT,
        profit_in_haircut=True,
    ),
    Regime(name="binance-coinm-cross", source=_CM, ratio=_BINANCE),
    Regime(name="binance-coinm-isolated", source=_CM, ratio=_BINANCE, pool=PoolOf.POSITION),
    Regime(
        name="binance-portfolio-margin",
        source="Binance FAQ 5e33af8e, 4868b2f1",
        ratio=VENUE_RATIOS["unimmr"],
        pool=PoolOf.ACCOUNT,
        theta=1.05,
        profit_in_haircut=True,
    ),
)

_BYBIT_REGIMES = (
    *(
        Regime(
            name=f"bybit-{kind}-isolated",
            source=_ISOLATED_UTA,
            pool=PoolOf.POSITION,
            fee=Fee.CLOSE_AT_ENTRY,
            display=Display.AGAINST_TRADER,
        )
        for kind in ("linear", "inverse")
    ),
    *(
        Regime(
            name=f"bybit-{kind}-isolated-before-2025-09-02",
            source="Bybit help centre: Liquidation Price",
            pool=PoolOf.POSITION,
            fee=Fee.CLOSE_AT_ENTRY,
            basis=Basis.ENTRY,
            display=Display.AGAINST_TRADER,
        )
        for kind in ("linear", "inverse")
    ),
    Regime(
        name="bybit-uta-cross",
        source=_UTA,
        pool=PoolOf.ACCOUNT,
        fee=Fee.CLOSE_AT_ENTRY,
        ratio=_BYBIT,
        display=Display.AGAINST_TRADER,
    ),
    Regime(
        name="bybit-portfolio-margin",
        source="Bybit API documentation: wallet balance",
        pool=PoolOf.ACCOUNT,
        ratio=_BYBIT,
        unknown="portfolio margin is a simulation of the venue's own; it prints no price either",
        told_whole=True,
    ),
)


def _okx(name: str, pool: PoolOf, ratio: VenueRatio, display: Display, unknown: str = "") -> Regime:
    return Regime(
        name=name,
        source=_OKX_HELP,
        pool=pool,
        fee=Fee.TAKER_AT_MARK,
        tiers=TierKind.WHOLE_BY_SIZE,
        balance_includes_pnl=pool is not PoolOf.POSITION,
        profit_in_haircut=pool is PoolOf.ACCOUNT,
        ratio=ratio,
        display=display,
        unknown=unknown,
        told_whole=bool(unknown),
    )


_OKX_REGIMES = (
    _okx("okx-isolated", PoolOf.POSITION, _OKX, Display.LONG_ONE_TICK_UP),
    _okx("okx-single-currency-cross", PoolOf.CURRENCY, _OKX, Display.EXACT),
    _okx("okx-multi-currency-cross", PoolOf.ACCOUNT, _OKX, Display.EXACT),
    _okx(
        "okx-portfolio-margin",
        PoolOf.ACCOUNT,
        _OKX,
        Display.EXACT,
        "portfolio margin is a simulation of the venue's own",
    ),
    _okx("blofin-isolated", PoolOf.POSITION, _BLOFIN, Display.EXACT),
    _okx("blofin-cross", PoolOf.CURRENCY, _BLOFIN, Display.EXACT),
)

_HYPERLIQUID_REGIMES = (
    Regime(
        name="hyperliquid-cross",
        source=_HL,
        pool=PoolOf.CURRENCY,
        balance_includes_pnl=True,
        ratio=_HYPERLIQUID,
    ),
    Regime(name="hyperliquid-isolated", source=_HL, pool=PoolOf.POSITION, ratio=_HYPERLIQUID),
    Regime(
        name="hyperliquid-unified",
        source=_HL_MODES,
        pool=PoolOf.CURRENCY,
        balance_includes_pnl=True,
        ratio=_HYPERLIQUID,
    ),
    Regime(
        name="hyperliquid-portfolio-margin",
        source=_HL_MODES,
        pool=PoolOf.ACCOUNT,
        balance_includes_pnl=True,
        unknown="portfolio margin borrows against coins, by caps and prices of the venue's own",
    ),
)

_DERIBIT = "Deribit support 25944738177565"
_KRAKEN = "Kraken support 4844463246100, 360022835671"
_GATE = "Gate announcement 3870211, futures introduction"

_OTHER_REGIMES = (
    Regime(
        name="deribit-linear",
        source=_DERIBIT,
        tiers=TierKind.LINEAR_IN_SIZE,
        balance_includes_pnl=True,
        ratio=VENUE_RATIOS["deribit"],
    ),
    Regime(
        name="deribit-inverse",
        source=_DERIBIT,
        tiers=TierKind.LINEAR_IN_SIZE,
        balance_includes_pnl=True,
        ratio=VENUE_RATIOS["deribit"],
    ),
    Regime(
        name="kraken-futures-isolated",
        source=_KRAKEN,
        pool=PoolOf.POSITION,
        ratio=VENUE_RATIOS["kraken"],
    ),
    Regime(
        name="kraken-futures-multi-collateral",
        source=_KRAKEN,
        pool=PoolOf.ACCOUNT,
        netting=Netting.LARGER_SIDE,
        ratio=VENUE_RATIOS["kraken"],
    ),
    Regime(name="gate-isolated", source=_GATE, pool=PoolOf.POSITION, fee=Fee.TAKER_AT_MARK),
    Regime(name="gate-cross", source=_GATE, fee=Fee.TAKER_AT_MARK, netting=Netting.LARGER_SIDE),
    Regime(
        name="kucoin-isolated",
        source="KuCoin positions published with their bankruptcy prices",
        pool=PoolOf.POSITION,
        fee=Fee.TAKER_AT_MARK,
    ),
    Regime(
        name="bitget-isolated",
        source="Bitget help: liquidation price of USDT-M futures",
        pool=PoolOf.POSITION,
        fee=Fee.TAKER_AT_MARK,
    ),
    Regime(
        name="bitget-unified",
        source="Bitget API: unified account",
        pool=PoolOf.ACCOUNT,
        fee=Fee.TAKER_AT_MARK,
        balance_includes_pnl=True,
        ratio=VENUE_RATIOS["bitget"],
    ),
    Regime(
        name="phemex-isolated",
        source="Phemex: liquidation price for USDT-M perpetuals",
        pool=PoolOf.POSITION,
        fee=Fee.TAKER_AT_MARK,
        ratio=VENUE_RATIOS["phemex"],
    ),
    Regime(
        name="lighter-cross",
        source="Lighter API: account",
        tiers=TierKind.FLAT,
        balance_includes_pnl=True,
    ),
    Regime(
        name="backpack-cross",
        source="Backpack API: markets",
        pool=PoolOf.ACCOUNT,
        tiers=TierKind.SQUARE_ROOT,
        balance_includes_pnl=True,
        unknown="a rate that grows with the root of the size, beside coins as collateral,"
        " is not solved",
    ),
    Regime(
        name="bitmex-isolated",
        source="BitMEX: isolated margin examples",
        pool=PoolOf.POSITION,
        basis=Basis.ENTRY,
        tiers=TierKind.FLAT,
        fee=Fee.CLOSE_AT_ENTRY,
        display=Display.HALF_TICKS_FROM_CONTRACTS,
    ),
    Regime(
        name="poloniex-cross",
        source="Poloniex API: account",
        ratio=VENUE_RATIOS["poloniex"],
        unknown="its rules are known by their ratio only",
    ),
)

UNKNOWN = Regime(
    name="unknown",
    source="",
    ratio=None,
    unknown="the venue's margin rules are not known",
)
"""Of every venue that has no entry: its ratio may be shown as ccxt unifies it, never as ours."""

REGIMES: Mapping[str, Regime] = MappingProxyType(
    {
        regime.name: regime
        for regime in (
            *_BINANCE_REGIMES,
            *_BYBIT_REGIMES,
            *_OKX_REGIMES,
            *_HYPERLIQUID_REGIMES,
            *_OTHER_REGIMES,
        )
    }
)
