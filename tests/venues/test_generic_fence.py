"""What may be asked of a venue without a dialect of its own: only what reads."""

import re
import subprocess
import sys
from contextlib import suppress
from functools import partial

import ccxt
import pytest
from yarl import URL

from hedgewatch.venues.dialects import DIALECTS, dialect_of
from hedgewatch.venues.dialects.generic import Generic
from hedgewatch.venues.dialects.generic_calls import calls_of
from hedgewatch.venues.dialects.generic_fence import ReadingList
from hedgewatch.venues.dialects.generic_reach import acts, entries
from hedgewatch.venues.polling import MARKS_AT_ONCE, MARKS_ONE_BY_ONE, ODD, ways
from hedgewatch.venues.readonly import ForbiddenRequestError
from hedgewatch.venues.settings import VENUES, AccountSettings, EndpointSettings
from hedgewatch.venues.survey import exchange_class
from tests.venues.stubbed import rows_of, stubbed

GENERIC = [venue for venue in VENUES if venue not in DIALECTS]
HERE = EndpointSettings(rest="http://127.0.0.1:18080", ws="ws://127.0.0.1:18081")
LOGINS = re.compile(
    r"listen-?key|userDataStream|bullet|ws-?token|websocket_token|^auth$|UserListenToken",
    re.IGNORECASE,
)


def fence(venue: str, endpoint: EndpointSettings | None = None) -> ReadingList:
    settings = AccountSettings.model_construct(name="any", venue=venue)
    allowed = Generic(settings).fence(endpoint)
    assert isinstance(allowed, ReadingList)
    return allowed


@pytest.mark.parametrize("venue", GENERIC)
def test_nothing_that_acts_can_be_reached_by_reading(venue: str) -> None:
    reached = entries(exchange_class(venue))
    assert reached
    assert {entry.path for entry in reached if acts(entry.path)} == set()


@pytest.mark.parametrize("venue", ["lighter"])
def test_what_is_reached_is_the_same_when_ccxt_was_used_before(venue: str) -> None:
    """ccxt gives its methods second names when a class is used first."""
    code = (
        "import sys; from hedgewatch.venues.survey import exchange_class; "
        "from hedgewatch.venues.dialects.generic_reach import entries; "
        f"cls = exchange_class('{venue}'); sys.argv[1] == 'used' and cls(); "
        "print(sorted(entry.path for entry in entries(cls)))"
    )
    said = [
        subprocess.run(
            [sys.executable, "-c", code, use], check=True, capture_output=True, text=True
        ).stdout
        for use in ("used", "unused")
    ]
    assert said[0] == said[1] != "[]\n"


@pytest.mark.parametrize("venue", GENERIC)
def test_whatever_is_sent_by_post_reads_or_opens_a_stream(venue: str) -> None:
    """A venue that reads by POST names what it reads."""
    reads = re.compile(
        r"position|balance|account_info|wallets|klines|funding-asset|/r/", re.IGNORECASE
    )
    sent = {entry.path for entry in entries(exchange_class(venue)) if entry.method != "GET"}
    others = {path for path in sent if not (reads.search(path) or LOGINS.search(path))}
    assert others <= {""}  # the archive of nado, at one address without a path


@pytest.mark.parametrize("venue", GENERIC)
def test_no_entry_that_orders_or_withdraws_passes_at_the_venues_own_hosts(venue: str) -> None:
    """Every entry of the whole API that acts, at every address that ccxt knows."""
    cls, allowed = exchange_class(venue), fence(venue)
    known = {(entry.method, entry.path) for entry in entries(cls)}
    for base in cls.__mro__:
        for entry in vars(base).values():
            path = getattr(entry, "path", None)
            if not path or not acts(path) or (entry.method, path) in known:
                continue
            if path.replace("{", "").replace("}", "") != path:
                continue
            for origin in allowed.origins:
                if entry.method != "GET":
                    with pytest.raises(ForbiddenRequestError):
                        allowed.check_request(entry.method, URL(f"{origin}/{path}"))


def test_a_request_passes_by_its_method_its_host_and_its_whole_path() -> None:
    allowed = fence("gate")
    allowed.check_request("GET", URL("https://api.gateio.ws/api/v4/futures/usdt/positions"))
    for method, address in (
        ("POST", "https://api.gateio.ws/api/v4/futures/usdt/positions"),
        ("GET", "https://api.gateio.ws.evil.org/api/v4/futures/usdt/positions"),
        ("GET", "http://api.gateio.ws/api/v4/futures/usdt/positions"),
        ("GET", "https://api.gateio.ws/api/v4/futures/usdt/positions/BTC_USDT/leverage"),
        ("GET", "https://api.gateio.ws/api/v4/futures/usdt/../usdt/positions"),
        ("GET", "https://api.gateio.ws/api/v4/futures/usdt/orders"),
        ("POST", "https://api.gateio.ws/api/v4/withdrawals"),
        ("DELETE", "https://api.gateio.ws/api/v4/futures/usdt/orders"),
    ):
        with pytest.raises(ForbiddenRequestError):
            allowed.check_request(method, URL(address, encoded=True))
    assert allowed.refused == 8


def test_what_deribit_does_by_get_is_refused() -> None:
    allowed = fence("deribit")
    allowed.check_request("GET", URL("https://www.deribit.com/api/v2/private/get_positions"))
    for act in ("buy", "sell", "cancel_all", "withdraw", "submit_transfer_to_subaccount"):
        with pytest.raises(ForbiddenRequestError):
            allowed.check_request("GET", URL(f"https://www.deribit.com/api/v2/private/{act}"))


@pytest.mark.parametrize("venue", GENERIC)
def test_an_endpoint_is_the_only_host_that_is_left(venue: str) -> None:
    assert fence(venue, HERE).origins <= {"http://127.0.0.1:18080", "ws://127.0.0.1:18081"}


def test_sockets_are_opened_where_ccxt_has_them_but_never_those_that_trade() -> None:
    bybit = fence("bybitid")
    bybit.check_request("GET", URL("wss://stream.bybit.id/v5/private"))
    with pytest.raises(ForbiddenRequestError):
        bybit.check_request("GET", URL("wss://stream.bybit.id/v5/trade"))
    kucoin = fence("kucoin")
    kucoin.check_request("GET", URL("wss://ws-api-futures.kucoin.com/?token=x"))
    with pytest.raises(ForbiddenRequestError):
        kucoin.check_request("GET", URL("wss://ws-api-futures.kucoin.com.evil.org/"))
    with pytest.raises(ForbiddenRequestError):
        kucoin.check_request("GET", URL("https://elsewhere.kucoin.com/api/v1/positions"))


@pytest.mark.parametrize(
    "frame",
    [
        {"op": "subscribe", "args": ["x"]},
        {"method": "public/subscribe", "params": {}},
        {"sub": "market.BTC-USDT.detail", "id": "1"},
        {"pong": 1_700_000_000_000},
        {"op": "login", "type": "login", "args": []},
        {"type": "command", "method": "subscribe", "params": {}},
        {"event": "subscribe", "channel": "futures.tickers", "time": 1},
        {"id": "1", "type": "subscribe", "topic": "/x", "privateChannel": True},
        "ping",
    ],
)
def test_frames_that_subscribe_log_in_or_live_may_be_said(frame: object) -> None:
    fence("gate").check_frame(frame)


@pytest.mark.parametrize(
    "frame",
    [
        {"op": "order.create", "args": []},
        {"method": "private/create-order"},
        {"type": "jsonapi/sendtx"},
        {"type": "command", "method": "placeOrder"},
        {"type": "command"},
        {"op": "subscribe", "method": "private/buy"},
        {"sub": "x", "order": "y"},
        {"channel": "orders"},
        {},
        [],
        "order",
        None,
    ],
)
def test_whatever_else_is_not_said(frame: object) -> None:
    with pytest.raises(ForbiddenRequestError):
        fence("gate").check_frame(frame)


def test_every_venue_that_can_be_watched_has_a_dialect() -> None:
    for venue in VENUES:
        settings = AccountSettings.model_construct(
            name="any", venue=venue, address="0x" + "0" * 40, portfolio_margin=False
        )
        assert dialect_of(settings).feeds


@pytest.mark.parametrize("venue", GENERIC)
async def test_whatever_a_reading_and_the_asking_for_prices_need_passes(venue: str) -> None:
    """By ccxt's own requests, whatever becomes of empty replies."""
    symbol = "BTC/USDT:USDT"
    markets = rows_of([symbol, "BTC/USD:BTC", "BTC/USDT"])
    exchange, allowed = stubbed(venue, markets, {"": {}}), fence(venue)
    calls = calls_of(venue, exchange.markets.values())
    asked = [partial(exchange.fetch_positions, None, dict(each)) for each in calls.positions]
    asked += [partial(exchange.fetch_balance, dict(each)) for each in (*calls.margin, *calls.spot)]
    for way in ways(exchange, MARKS_AT_ONCE):
        asked.append(partial(getattr(exchange, way), [symbol]))
    for way in ways(exchange, MARKS_ONE_BY_ONE):
        asked.append(partial(getattr(exchange, way), symbol))
    asked += [exchange.fetch_markets, exchange.fetch_time]
    for ask in asked:
        with suppress(ccxt.BaseError, *ODD):
            await ask()
    assert exchange.asked
    for method, url in exchange.asked:
        allowed.check_request(method, URL(url, encoded=True))
