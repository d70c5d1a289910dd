import pytest
from pydantic import ValidationError

from hedgewatch.venues.settings import AccountSettings, EndpointSettings

CREDENTIALS = {"api_key": {"env": "MAIN_KEY"}, "secret": {"env": "MAIN_SECRET"}}


def account(**changes: object) -> AccountSettings:
    return AccountSettings.model_validate(
        {"name": "main", "venue": "binanceusdm", "credentials": CREDENTIALS, **changes}
    )


def test_an_account_needs_only_a_name_a_venue_and_where_its_key_is() -> None:
    assert account().endpoint is None
    assert account().allow_unverified_key is False


def test_an_unknown_venue_is_refused_with_the_nearest_known_one() -> None:
    with pytest.raises(
        ValidationError, match=r"unknown venue binanceusd.*did you mean binanceusdm"
    ):
        account(venue="binanceusd")


def test_portfolio_margin_is_said_of_a_whole_account_of_binance_only() -> None:
    assert account(venue="binance", portfolio_margin=True).portfolio_margin
    with pytest.raises(ValidationError, match="write venue: binance"):
        account(venue="binanceusdm", portfolio_margin=True)


def test_the_endpoint_may_be_plain_only_on_this_very_machine() -> None:
    local = EndpointSettings(rest="http://127.0.0.1:18080/", ws="ws://localhost:18080")
    assert local.rest == "http://127.0.0.1:18080"
    with pytest.raises(ValidationError, match="must begin with https://"):
        EndpointSettings(rest="http://10.0.0.7:80", ws="wss://example.org")
    with pytest.raises(ValidationError, match="must begin with wss://"):
        EndpointSettings(rest="https://example.org", ws="ws://example.org")


@pytest.mark.parametrize("key", ["0x" + "a1" * 32, "B2" * 32])
def test_a_private_key_in_place_of_an_address_is_refused_and_never_shown(key: str) -> None:
    written = {"name": "hl", "venue": "hyperliquid", "address": key}
    with pytest.raises(ValidationError, match="a private key: who has it can trade") as caught:
        AccountSettings.model_validate(written)
    assert key not in str(caught.value)


@pytest.mark.parametrize("rest", ["https://u:p@example.org", "ftp://127.0.0.1", "127.0.0.1:80"])
def test_an_endpoint_that_is_no_bare_web_address_is_refused(rest: str) -> None:
    with pytest.raises(ValidationError):
        EndpointSettings(rest=rest, ws="ws://127.0.0.1:1")


def test_a_venue_that_ccxt_does_not_know_is_refused_in_words_that_lead_on() -> None:
    with pytest.raises(ValidationError, match=r"unknown venue bitmex.*`hedgewatch venues` lists"):
        account(venue="bitmex")


@pytest.mark.parametrize(
    ("venue", "said"),
    [
        ("myokx", r"watched as venue: okx with endpoint: \{rest: \"https://eea.okx.com\""),
        ("bybiteu", r"watched as venue: bybit with endpoint: \{rest: \"https://api.bybit.eu\""),
        ("binanceus", "ccxt knows spot markets alone there"),
        ("kraken", "ccxt knows spot markets alone there"),
    ],
)
def test_a_twin_or_a_venue_of_spot_pairs_is_refused_with_what_to_write(
    venue: str, said: str
) -> None:
    with pytest.raises(ValidationError, match=said):
        account(venue=venue)


def test_what_a_twin_is_told_to_write_is_taken() -> None:
    endpoint = {"rest": "https://api.bybit.eu", "ws": "wss://stream.bybit.eu"}
    assert account(venue="bybit", endpoint=endpoint).endpoint is not None


@pytest.mark.parametrize("venue", ["aster", "derive", "grvt", "paradex", "polymarket"])
def test_a_venue_that_is_read_with_a_signing_key_is_refused(venue: str) -> None:
    with pytest.raises(ValidationError, match="signs trades, which a monitor must never hold"):
        account(venue=venue)


@pytest.mark.parametrize("venue", ["gemini", "bitrue"])
def test_a_venue_whose_positions_nobody_can_read_is_refused(venue: str) -> None:
    with pytest.raises(ValidationError, match="an account with some would look flat"):
        account(venue=venue)


@pytest.mark.parametrize(
    ("venue", "parts"),
    [
        ("gate", ()),
        ("bitget", ("password",)),
        ("woo", ("uid",)),
        ("woofipro", ("account_id",)),
    ],
)
def test_each_venue_wants_the_parts_of_a_login_that_it_has(
    venue: str, parts: tuple[str, ...]
) -> None:
    whole = {**CREDENTIALS, **{part: {"env": "MAIN_PART"} for part in parts}}
    assert account(venue=venue, credentials=whole).venue == venue
    if parts:
        with pytest.raises(ValidationError, match=f"{parts[0]}"):
            account(venue=venue)


@pytest.mark.parametrize("part", ["api_key", "secret"])
def test_half_a_key_is_missing_the_other_half(part: str) -> None:
    with pytest.raises(ValidationError, match=f"wants credentials.*{part} is missing"):
        account(credentials={name: CREDENTIALS[name] for name in CREDENTIALS if name != part})


@pytest.mark.parametrize(
    ("venue", "address"),
    [
        ("hyperliquid", "0x" + "a1" * 20),
        ("dydx", "dydx14zzueazeh0hj67cghhf9jypslcf9sh2n5k6art"),
        ("pacifica", "42trU9A5DDNqvDpTpvfmBg43vJLBqGbn1mFVcKSkbsZc"),
    ],
)
def test_where_an_address_is_enough_no_key_is_taken(venue: str, address: str) -> None:
    assert account(venue=venue, address=address, credentials=None).address == address
    with pytest.raises(ValidationError, match="by its address alone, without keys"):
        account(venue=venue, address=address)
    with pytest.raises(ValidationError, match=f"is no address of {venue}"):
        account(venue=venue, address=address[:-1] + "/", credentials=None)
