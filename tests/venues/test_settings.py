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


def test_the_endpoint_may_be_plain_only_on_this_very_machine() -> None:
    local = EndpointSettings(rest="http://127.0.0.1:18080/", ws="ws://localhost:18080")
    assert local.rest == "http://127.0.0.1:18080"
    with pytest.raises(ValidationError, match="must begin with https://"):
        EndpointSettings(rest="http://10.0.0.7:80", ws="wss://example.org")
    with pytest.raises(ValidationError, match="must begin with wss://"):
        EndpointSettings(rest="https://example.org", ws="ws://example.org")


@pytest.mark.parametrize("rest", ["https://u:p@example.org", "ftp://127.0.0.1", "127.0.0.1:80"])
def test_an_endpoint_that_is_no_bare_web_address_is_refused(rest: str) -> None:
    with pytest.raises(ValidationError):
        EndpointSettings(rest=rest, ws="ws://127.0.0.1:1")
