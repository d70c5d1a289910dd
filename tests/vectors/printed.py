"""The families of single venues, as their pages and replies print them."""

from hedgewatch.core.margin.bybit import Leveraged
from hedgewatch.core.margin.deribit import SizedRate
from hedgewatch.core.margin.regimes import Basis
from hedgewatch.core.margin.tiers import marginal
from tests.support.published.bybit import entry_liquidation_price, margins, position_margin
from tests.support.published.contract import margin_requirement
from tests.support.published.display import shifted
from tests.support.published.single import (
    equity_over_requirement,
    liquidation_price,
    maintenance_margin,
)
from tests.support.published.snapshots import (
    Holding,
    cross_maintenance,
    equity_at,
    hyperliquid_price,
    price_of_equity,
)
from tests.vectors.cases import Answer, Fields
from tests.vectors.positions import quantity_of, terms_of


def _leveraged(given: Fields, *, linear: bool) -> Leveraged:
    return Leveraged(
        quantity=quantity_of(given),
        entry=given.number("entry"),
        leverage=given.number("leverage"),
        rate=given.number("mmr", 0.0),
        deduction=given.number("cum", 0.0),
        taker=given.number("taker", 0.0),
        linear=linear,
    )


def _entry_mm(given: Fields, *, linear: bool) -> Answer:
    position = _leveraged(given, linear=linear)
    return {
        "liquidation_price": entry_liquidation_price(position, given.number("extra", 0.0)),
        "bankruptcy_price": position.bankruptcy_price,
        "fee_to_close": position.fee_to_close,
        "position_margin": position_margin(position),
    }


def linear_isolated_entry_mm(given: Fields) -> Answer:
    return _entry_mm(given, linear=True)


def inverse_isolated_entry_mm(given: Fields) -> Answer:
    return _entry_mm(given, linear=False)


def hl_snapshot(given: Fields) -> Answer:
    holdings = {
        one.raw("coin"): Holding(
            size=one.number("szi"),
            value=one.number("position_value"),
            max_leverage=one.number("max_leverage"),
            raw_usd=one.optional("raw_usd"),
            tiers=marginal(one.rows("tiers")),
        )
        for one in given.each("positions")
    }
    value = given.number("account_value")
    used = given.number("maintenance_margin", cross_maintenance(list(holdings.values())))
    return {
        "liquidation_price": {
            coin: hyperliquid_price(one, value, used) for coin, one in holdings.items()
        },
        "maintenance_margin": used,
    }


def _okx(given: Fields, *, linear: bool) -> Answer:
    terms = terms_of(
        given, linear=linear, entry="entry" if "entry" in given else "mark", fee="taker"
    )
    mark, margin = given.number("mark"), given.optional("margin")
    multiple = given.optional("margin_ratio")
    if margin is None:
        assert multiple is not None
        price = price_of_equity(terms, mark, equity_at(terms, mark, multiple))
    else:
        multiple = equity_over_requirement(terms, margin, mark)
        price = liquidation_price(terms, margin)
    return {
        "liquidation_price": shifted(price, given.number("tick_shift", 0.0)),
        "ratio": multiple,
        "mm": maintenance_margin(terms, mark),
    }


def okx_linear(given: Fields) -> Answer:
    return _okx(given, linear=True)


def okx_inverse(given: Fields) -> Answer:
    return _okx(given, linear=False)


def bybit_im_mm(given: Fields) -> Answer:
    position = _leveraged(given, linear=not given.flag("inverse"))
    found = margins(position, given.number("mark", position.entry), Basis(given.raw("basis")))
    return {
        "im": found.initial,
        "mm": found.maintenance,
        "bankruptcy_price": position.bankruptcy_price,
        "fee_to_close": position.fee_to_close,
    }


def deribit_margin(given: Fields) -> Answer:
    size, index, slope = given.number("size"), given.number("index"), given.number("slope")
    initial = SizedRate(given.number("im_base"), slope)
    maintenance = SizedRate(given.number("mm_base"), slope)
    return {
        "im_rate": initial.at(size),
        "mm_rate": maintenance.at(size),
        "initial_margin": margin_requirement(size, index, rate=initial.at(size)),
        "maintenance_margin": margin_requirement(size, index, rate=maintenance.at(size)),
    }
