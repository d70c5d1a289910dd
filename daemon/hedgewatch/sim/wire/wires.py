"""Which wire speaks for which venue."""

from collections.abc import Callable, Mapping
from types import MappingProxyType

from hedgewatch.sim.wire.binance import BinanceWire
from hedgewatch.sim.wire.bybit import BybitWire
from hedgewatch.sim.wire.hyperliquid import HyperliquidWire
from hedgewatch.sim.wire.okx import OkxWire
from hedgewatch.sim.wire.service import Service
from hedgewatch.sim.wire.wire import Wire

WIRES: Mapping[str, Callable[[Service], Wire]] = MappingProxyType(
    {
        "binance": BinanceWire,
        "bybit": BybitWire,
        "hyperliquid": HyperliquidWire,
        "okx": OkxWire,
    }
)
"""By venue. The first is the one that stories play at when they name none."""
