"""What has to be asked for to see all of an account: many venues answer for one kind of it only.

Read from `fetch_positions` and `fetch_balance` of ccxt 4.5.90: what is not asked for is not in the
reply, and would look flat. A venue that is not listed here answers for everything at once.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Any

from hedgewatch.venues.fields import Row

Parameters = Mapping[str, Any]
_PLAIN: Parameters = MappingProxyType({})
_SWAP: Parameters = MappingProxyType({"type": "swap"})
_SPOT: Parameters = MappingProxyType({"type": "spot"})
_FUNDING: Parameters = MappingProxyType({"type": "funding"})
_INVERSE: Parameters = MappingProxyType({"type": "swap", "subType": "inverse"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Calls:
    """Parameters of one call each. `settles` names the parameter that takes a settle currency: one
    call for each currency that the venue settles in.
    """

    positions: tuple[Parameters, ...] = (_PLAIN,)
    margin: tuple[Parameters, ...] = (_PLAIN,)
    spot: tuple[Parameters, ...] = ()
    settles: str = ""


_BOTH = Calls(margin=(_SWAP,), spot=(_SPOT,))
_BYBIT = Calls(
    positions=(
        {"subType": "linear", "settleCoin": "USDT"},
        {"subType": "linear", "settleCoin": "USDC"},
        {"subType": "inverse"},
    )
)

CALLS: Mapping[str, Calls] = MappingProxyType(
    {
        "bingx": Calls(
            positions=({"subType": "linear"}, {"subType": "inverse"}),
            margin=({"type": "swap", "subType": "linear"}, _INVERSE),
            spot=(_SPOT, _FUNDING),
        ),
        "bitfinex": Calls(margin=({"type": "derivatives"},), spot=({"type": "exchange"}, _FUNDING)),
        "bitget": Calls(
            positions=({"productType": "USDT-FUTURES"}, {"productType": "USDC-FUTURES"}),
            margin=tuple(
                {"type": "swap", "productType": f"{kind}-FUTURES"}
                for kind in ("USDT", "USDC", "COIN")
            ),
            spot=(_SPOT, _FUNDING),
        ),
        "blofin": Calls(spot=(_FUNDING, _SPOT)),
        "btse": _BOTH,
        "bybit": _BYBIT,
        "bybitid": _BYBIT,
        # fapi/account/balance names its wallet; what account/assets counts is not documented
        "bydfi": Calls(
            positions=({"contractType": "FUTURE"}, {"contractType": "DELIVERY"}),
            margin=({"type": "swap", "wallet": "W001"}, {"type": "inverse"}),
            spot=(_SPOT, _FUNDING),
        ),
        "deepcoin": _BOTH,
        "digifinex": Calls(positions=(_SWAP,), margin=(_SWAP,), spot=(_SPOT,)),
        "fmfwio": _BOTH,
        "gate": Calls(
            positions=(
                {"type": "swap", "settle": "usdt"},
                {"type": "swap", "settle": "btc"},
                {"type": "future", "settle": "usdt"},
            ),
            margin=(
                {"type": "swap", "settle": "usdt"},
                {"type": "swap", "settle": "btc"},
                {"type": "future", "settle": "usdt"},
            ),
            spot=(_SPOT,),
        ),
        "hitbtc": _BOTH,
        "htx": Calls(
            positions=(
                {"subType": "linear"},
                _INVERSE,
                {"type": "future", "subType": "inverse"},
            ),
            margin=(  # ccxt looks at this name first, and its own setting of it is `linear`
                {"type": "swap", "defaultSubType": "linear"},
                {"type": "swap", "defaultSubType": "inverse"},
                {"type": "future", "defaultSubType": "inverse"},
            ),
            spot=(_SPOT,),
        ),
        "kucoin": Calls(margin=(_SWAP,), spot=(_SPOT, {"type": "main"}), settles="code"),
        "kucoinfutures": Calls(margin=(_SWAP,), settles="code"),
        "lighter": _BOTH,
        "mexc": _BOTH,
        "phemex": Calls(margin=(_SWAP,), spot=(_SPOT,), settles="code"),
        "poloniex": _BOTH,
        "toobit": _BOTH,
        "weex": _BOTH,
        "whitebit": Calls(margin=(_SWAP,), spot=(_SPOT, {"account": "main"})),
        "xt": Calls(
            positions=({"subType": "linear"}, {"subType": "inverse"}),
            margin=({"type": "swap", "subType": "linear"}, _INVERSE),
            spot=(_SPOT,),
        ),
    }
)


_UNIFIED: Mapping[str, tuple[str, Calls]] = MappingProxyType(
    {
        "bitget": ("uta", Calls(margin=(_SWAP,), spot=(_FUNDING,))),
        "gate": ("unifiedAccount", Calls(margin=(_SPOT,))),
        "kucoin": ("uta", Calls(margin=({"type": "unified"},), spot=({"type": "main"},))),
        "kucoinfutures": ("uta", Calls(margin=({"type": "unified"},))),
    }
)
"""Where all money is one account, it is asked for once: two answers may differ by what happened
between them, and would add up. Each with the option of ccxt that says so.
"""

UNSEEN: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "bitfinex": ("the margin wallet, but for what backs derivatives",),
        "btse": ("the money of isolated wallets",),
    }
)
"""What is part of a login and is not asked for, in words."""


def money_calls(venue: str, markets: Iterable[Row], options: Mapping[str, Any]) -> Calls:
    """What to ask for about money, by the kind of account that ccxt has found out by now."""
    option, unified = _UNIFIED.get(venue, ("", None))
    return unified if unified and options.get(option) is True else calls_of(venue, markets)


def calls_of(venue: str, markets: Iterable[Row]) -> Calls:
    """What to ask for at a venue that lists these markets, of an account that is not unified."""
    calls = CALLS.get(venue, Calls())
    listed = [market for market in markets if market.get("swap") or market.get("future")]
    if venue == "bitget":
        return _with_coins_of_bitget(calls, listed)
    settles = sorted({str(market["settle"]) for market in listed if market.get("settle")})
    if not calls.settles or not settles:
        return calls
    margin = tuple({**_SWAP, calls.settles: settle} for settle in settles)
    if venue != "phemex":
        return replace(calls, margin=margin)
    positions = tuple({calls.settles: settle} for settle in settles)
    return replace(calls, positions=positions, margin=margin)


def _with_coins_of_bitget(calls: Calls, listed: Iterable[Row]) -> Calls:
    """Its coin-margined positions are asked for by the coin."""
    coins = sorted({str(market["settle"]) for market in listed if market.get("inverse")})
    inverse = ({"productType": "COIN-FUTURES", "marginCoin": coin} for coin in coins)
    return replace(calls, positions=(*calls.positions, *inverse))
