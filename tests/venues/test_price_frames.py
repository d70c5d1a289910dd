import pytest
from hypothesis import given
from hypothesis import strategies as st

from hedgewatch.core.events import MarkPriceChanged, QuoteChanged
from hedgewatch.venues.dialects.binance_common import Listing, PriceFrames
from hedgewatch.venues.fields import OddReplyError

NOW = 1_700_000_000.0
MARK = {
    "e": "markPriceUpdate",
    "E": 1_700_000_000_123,
    "s": "BTCUSDT",
    "p": "11794.15000000",
    "ap": "11794.15",
    "P": "11784.62659091",
    "i": "11784.62659091",
    "r": "0.00038167",
    "T": 1_562_306_400_000,
}
BOOK = {
    "e": "bookTicker",
    "u": 400900217,
    "E": 1_700_000_000_456,
    "T": 1_700_000_000_450,
    "s": "BTCUSDT",
    "b": "25.35190000",
    "B": "31.21",
    "a": "25.36520000",
    "A": "40.66",
}


def frames() -> PriceFrames:
    listing = Listing()
    listing.learn({"BTC/USDT:USDT": {"id": "BTCUSDT"}})
    return PriceFrames("binanceusdm", listing)


def test_a_mark_price_frame_becomes_one_event_with_index_price_and_funding() -> None:
    assert frames().decode(MARK, NOW) == MarkPriceChanged(
        "binanceusdm", "BTC/USDT:USDT", 11794.15, 1_700_000_000.123, 11784.62659091, 0.00038167
    )


@pytest.mark.parametrize(
    ("told", "rate"),
    [
        ("-0.00012500", -0.000125),
        ("0.00000000", 0.0),
        ("", None),
        (None, None),
        ("NaN", None),
        ([], None),
    ],
)
def test_a_funding_rate_of_any_sign_is_told_and_a_missing_one_spoils_no_price(
    told: object, rate: float | None
) -> None:
    event = frames().decode({**MARK, "r": told}, NOW)
    assert isinstance(event, MarkPriceChanged)
    assert (event.price, event.funding_rate) == (11794.15, rate)


def test_a_book_ticker_frame_becomes_a_quote_at_the_time_of_the_venue() -> None:
    assert frames().decode(BOOK, NOW) == QuoteChanged(
        "binanceusdm", "BTC/USDT:USDT", 25.3519, 25.3652, 1_700_000_000.456
    )


def test_a_spot_book_ticker_without_a_time_is_ordered_by_ours() -> None:
    spot = {name: BOOK[name] for name in ("u", "s", "b", "B", "a", "A")}
    event = frames().decode(spot, NOW)
    assert isinstance(event, QuoteChanged)
    assert event.venue_time == NOW


def test_a_dated_future_without_an_index_price_still_tells_its_mark() -> None:
    event = frames().decode({**MARK, "i": ""}, NOW)
    assert isinstance(event, MarkPriceChanged)
    assert event.index_price is None


@pytest.mark.parametrize(
    "price",
    [
        *(None, "", "NaN", "Infinity", "-inf", "0", "0.0", "-1.5", "a lot", True, [], {}, "1e999"),
        *("1e307", 1e300, "1e-300"),
    ],
)
def test_a_price_that_is_no_price_never_becomes_an_event(price: object) -> None:
    with pytest.raises(OddReplyError):
        frames().decode({**MARK, "p": price}, NOW)
    with pytest.raises(OddReplyError):
        frames().decode({**BOOK, "a": price}, NOW)


@pytest.mark.parametrize("missing", ["p", "s", "E"])
def test_a_frame_that_lacks_a_field_is_odd_and_not_guessed_at(missing: str) -> None:
    with pytest.raises(OddReplyError):
        frames().decode({name: value for name, value in MARK.items() if name != missing}, NOW)


def test_a_market_that_nobody_listed_is_odd() -> None:
    with pytest.raises(OddReplyError, match="DOGEUSDT"):
        frames().decode({**MARK, "s": "DOGEUSDT"}, NOW)


@pytest.mark.parametrize("frame", [{"result": None, "id": 1}, {"e": "somethingNew"}, {}, {"e": 7}])
def test_frames_of_other_kinds_tell_no_price_and_do_no_harm(frame: dict[str, object]) -> None:
    assert frames().decode(frame, NOW) is None


@given(
    st.dictionaries(
        st.sampled_from(["e", "E", "s", "p", "i", "b", "a", "u"]),
        st.none()
        | st.booleans()
        | st.integers()
        | st.floats()
        | st.sampled_from(["markPriceUpdate", "bookTicker", "BTCUSDT", "1.5", "NaN", "", "0"]),
    )
)
def test_whatever_a_frame_holds_only_finite_positive_prices_come_out(
    frame: dict[str, object],
) -> None:
    try:
        event = frames().decode(frame, NOW)
    except (OddReplyError, TypeError):
        return
    if isinstance(event, MarkPriceChanged):
        assert 0.0 < event.price < float("inf")
    if isinstance(event, QuoteChanged):
        assert 0.0 < event.bid < float("inf")
        assert 0.0 < event.ask < float("inf")


@pytest.mark.parametrize("price", [" 5", "5 ", "5\n", "6e4_0", "1_000", "\u0665", "\xa05"])
def test_a_price_that_is_a_number_only_to_python_is_an_odd_frame(price: str) -> None:
    with pytest.raises(OddReplyError):
        frames().decode({**MARK, "p": price}, NOW)


@pytest.mark.parametrize("price", ["5", "+5.0", "5e-3", "5E3", "0005", ".5"])
def test_a_price_written_in_digits_is_taken_however_it_is_written(price: str) -> None:
    event = frames().decode({**MARK, "p": price}, NOW)
    assert isinstance(event, MarkPriceChanged)
    assert event.price == float(price)
