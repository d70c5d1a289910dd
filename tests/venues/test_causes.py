"""Why a position or a wallet shrank, whichever of the two frames of one moment comes first."""

from typing import Any

import pytest

from hedgewatch.core.events import BalanceChanged, PositionChanged, PositionReading
from hedgewatch.core.model import EndReason
from hedgewatch.venues.dialect import ReadAgain
from hedgewatch.venues.dialects.binance_common import Listing
from hedgewatch.venues.dialects.binance_user import UserFrames

T = 1_700_000_000_000
HOUR = 3_600_000
PERPETUAL, DATED = "BTC/USDT:USDT", "BTC/USDT:USDT-231229"

FORCED = [
    ("autoclose-1596107620040000020", EndReason.LIQUIDATED),
    ("adl_autoclose", EndReason.AUTO_DELEVERAGED),
    ("settlement_autoclose-17", EndReason.SETTLED),
    ("web_a1b2c3", EndReason.CLOSED),
]


def decoder(end: int = T + 30 * 24 * HOUR) -> UserFrames:
    listing = Listing()
    listing.learn({PERPETUAL: {"id": "BTCUSDT"}, DATED: {"id": "BTCUSDT_231229", "expiry": end}})
    return UserFrames("main", listing)


def held(contracts: float, symbol: str = PERPETUAL) -> PositionReading:
    return PositionReading(
        symbol=symbol, kind="net", contracts=contracts, entry_price=100.0, venue_time=T / 1000 - 60
    )


def update(
    amount: str, *, reason: str = "ORDER", at: int = T, symbol: str = "BTCUSDT", wallet: str = "100"
) -> dict[str, Any]:
    leg = {"s": symbol, "pa": amount, "ep": "100", "mt": "cross", "iw": "0", "ps": "BOTH"}
    balance = {"a": "USDT", "wb": wallet, "cw": wallet, "bc": "0"}
    return {"e": "ACCOUNT_UPDATE", "T": at, "a": {"m": reason, "B": [balance], "P": [leg]}}


def fill(
    client_id: str, quantity: str, side: str = "BUY", *, at: int = T, **changes: object
) -> dict[str, Any]:
    order = {"s": "BTCUSDT", "c": client_id, "S": side, "ps": "BOTH", "x": "TRADE", "l": quantity}
    return {"e": "ORDER_TRADE_UPDATE", "T": at, "o": {**order, **changes}}


def told(frames: UserFrames, *messages: dict[str, Any]) -> list[tuple[float, EndReason | None]]:
    """What is told of positions, in order."""
    news = [item for message in messages for item in frames.decode(message)]
    changes = [item for item in news if isinstance(item, PositionChanged)]
    return [(change.position.contracts, change.end) for change in changes]


@pytest.mark.parametrize(("client_id", "end"), FORCED)
def test_a_part_that_was_closed_names_its_cause_when_the_order_is_told_first(
    client_id: str, end: EndReason
) -> None:
    frames = decoder()
    frames.seen([held(-200.0)])
    assert told(frames, fill(client_id, "80"), update("-120")) == [(-120.0, end)]


@pytest.mark.parametrize(("client_id", "end"), FORCED[:3])
def test_a_part_that_was_closed_is_explained_when_the_order_is_told_after(
    client_id: str, end: EndReason
) -> None:
    """Until then it looks like an order of the owner's; the same contracts are told again."""
    frames = decoder()
    frames.seen([held(-200.0)])
    news = told(frames, update("-120"), fill(client_id, "80"))
    assert news == [(-120.0, EndReason.CLOSED), (-120.0, end)]


def test_an_order_of_the_owner_is_said_once_whichever_frame_comes_first() -> None:
    for messages in ((fill("web", "80"), update("-120")), (update("-120"), fill("web", "80"))):
        frames = decoder()
        frames.seen([held(-200.0)])
        assert told(frames, *messages) == [(-120.0, EndReason.CLOSED)]


def test_a_position_that_grew_or_was_opened_has_no_end_in_either_order() -> None:
    grown = fill("web", "50", "SELL"), update("-250")
    for messages in (grown, grown[::-1]):
        frames = decoder()
        frames.seen([held(-200.0)])
        assert told(frames, *messages) == [(-250.0, None)]
    assert told(decoder(), update("-250"), fill("web", "250", "SELL")) == [(-250.0, None)]


def test_a_reading_that_showed_the_smaller_position_first_takes_no_cause_away() -> None:
    for messages in (
        (update("-120"), fill("adl_autoclose", "80")),
        (fill("adl_autoclose", "80"), update("-120")),
    ):
        frames = decoder()
        frames.seen([held(-120.0)])
        assert told(frames, *messages)[-1] == (-120.0, EndReason.AUTO_DELEVERAGED)


def test_each_fill_of_a_liquidation_in_parts_is_a_liquidation() -> None:
    frames = decoder()
    frames.seen([held(-200.0)])
    news = told(
        frames,
        fill("autoclose-1", "0", x="NEW"),
        update("-150", at=T + 5),
        fill("autoclose-1", "50", at=T + 5, x="CALCULATED"),
        update("-90", at=T + 9),
        fill("autoclose-1", "60", at=T + 9, x="CALCULATED"),
    )
    assert news == [(-150.0, EndReason.LIQUIDATED), (-90.0, EndReason.LIQUIDATED)]


def test_what_the_owner_closes_right_after_a_liquidation_is_his_own_doing() -> None:
    frames = decoder()
    frames.seen([held(-200.0)])
    news = told(
        frames,
        fill("autoclose-1", "50"),
        update("-150"),
        fill("web", "150", at=T + 20_000),
        update("0", at=T + 20_000),
    )
    assert news == [(-150.0, EndReason.LIQUIDATED), (0.0, EndReason.CLOSED)]


@pytest.mark.parametrize(
    "marks", [{"o": "LIQUIDATION"}, {"x": "CALCULATED"}], ids=["type", "execution"]
)
def test_a_liquidation_is_known_by_its_order_even_under_a_name_never_seen(
    marks: dict[str, str],
) -> None:
    frames = decoder()
    frames.seen([held(-200.0)])
    message = fill("something-new-1", "80")
    message["o"] |= marks
    news = told(frames, message, update("-120"))
    assert news == [(-120.0, EndReason.LIQUIDATED)]


@pytest.mark.parametrize(
    ("end", "cause"),
    [(T, EndReason.EXPIRED), (T + HOUR // 2, EndReason.EXPIRED), (T + HOUR * 2, EndReason.SETTLED)],
)
def test_a_dated_contract_settled_at_its_end_expired_and_any_other_was_delisted(
    end: int, cause: EndReason
) -> None:
    frames = decoder(end)
    frames.seen([held(-200.0, DATED)])
    news = told(
        frames,
        fill("settlement_autoclose-3", "200", s="BTCUSDT_231229"),
        update("0", symbol="BTCUSDT_231229"),
    )
    assert news == [(0.0, cause)]


def test_an_order_in_a_market_listed_since_asks_for_a_reading_and_is_no_odd_frame() -> None:
    (hint,) = decoder().decode(fill("web", "5", s="NEWUSDT"))
    assert isinstance(hint, ReadAgain)


def test_the_other_leg_of_hedge_mode_is_not_explained_by_the_order_of_the_first() -> None:
    frames = decoder()
    frames.seen([held(-200.0)])
    news = told(frames, update("-120"), fill("adl_autoclose", "80", ps="LONG"))
    assert news == [(-120.0, EndReason.CLOSED)]


@pytest.mark.parametrize(
    ("reason", "end"),
    [
        ("WITHDRAW", EndReason.TRANSFERRED),
        ("ASSET_TRANSFER", EndReason.TRANSFERRED),
        ("INSURANCE_CLEAR", EndReason.LIQUIDATED),
        ("FUNDING_FEE", None),
        ("AUTO_EXCHANGE", None),
        ("SOMETHING_NEW", None),
    ],
)
def test_a_wallet_that_holds_less_says_whether_it_was_moved_away(
    reason: str, end: EndReason | None
) -> None:
    frames = decoder()
    frames.decode(wallet("USDT", "100", "DEPOSIT"))
    assert lost(frames, wallet("USDT", "60", reason, "-40")) == [end]
    assert lost(frames, wallet("USDT", "90", "DEPOSIT", "30")) == [None]


def test_the_first_withdrawal_that_is_heard_of_is_known_by_its_amount() -> None:
    assert lost(decoder(), wallet("BTC", "0.5", "WITHDRAW", "-0.1")) == [EndReason.TRANSFERRED]
    assert lost(decoder(), wallet("BTC", "0.5", "WITHDRAW_REJECT", "0.1")) == [None]


def test_a_wallet_that_loses_with_a_position_has_the_cause_of_the_position() -> None:
    frames = decoder()
    frames.seen([held(-200.0)])
    frames.decode(wallet("USDT", "100", "DEPOSIT"))
    frames.decode(fill("autoclose-1", "200"))
    assert lost(frames, update("0", wallet="7")) == [EndReason.LIQUIDATED]


def wallet(asset: str, total: str, reason: str, change: str = "0") -> dict[str, Any]:
    balance = {"a": asset, "wb": total, "cw": total, "bc": change}
    return {"e": "ACCOUNT_UPDATE", "T": T, "a": {"m": reason, "B": [balance], "P": []}}


def lost(frames: UserFrames, message: dict[str, Any]) -> list[EndReason | None]:
    return [item.end for item in frames.decode(message) if isinstance(item, BalanceChanged)]
