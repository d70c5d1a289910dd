"""What venues say of a key, and that whatever is not reading is a power."""

from typing import Any

import pytest

from hedgewatch.venues.dialects.generic_rights import ASKED, can_be_verified, rights_at
from hedgewatch.venues.fields import OddReplyError
from hedgewatch.venues.permissions import KeyRights


class Venue:
    """Answers whatever is asked with what a test prepared."""

    apiKey = "mine"  # noqa: N815 - ccxt's name

    def __init__(self, reply: object) -> None:
        self.reply = reply

    def __getattr__(self, name: str) -> Any:
        async def answer(*_: object) -> object:
            return {"data": 7} if name == "v2PrivateGetUserUid" else self.reply

        return answer


async def rights(venue: str, reply: object) -> KeyRights:
    return await rights_at(venue, Venue(reply))


READS = {
    "kucoin": {"data": {"permission": "General", "ipWhitelist": "1.2.3.4"}},
    "htx": {"data": [{"accessKey": "mine", "permission": "readOnly", "ipAddresses": "1.2.3.4"}]},
    "bingx": {"data": {"permissions": [2], "ipAddresses": ["1.2.3.4"]}},
    "bitget": {"data": {"authorities": ["coor", "stor", "readonly"], "ips": "1.2.3.4"}},
    "deribit": {"result": [{"client_id": "mine", "max_scope": "account:read wallet:none"}]},
    "mexc": {"permissions": ["SPOT_ACCOUNT_READ"]},
    "bitfinex": [["account", 1, 0], ["orders", 1, 0]],
}
ACTS = {
    "kucoin": ({"data": {"permission": "General, Futures"}}, ("Futures",)),
    "htx": ({"data": [{"accessKey": "mine", "permission": "readOnly,trade"}]}, ("trade",)),
    "bingx": ({"data": {"permissions": [2, 3, 99]}}, ("futures trading", "permission 99")),
    "bitget": ({"data": {"authorities": ["coor", "coow", "ttow"]}}, ("coow", "ttow")),
    "deribit": (
        {"result": [{"client_id": "mine", "max_scope": "account:read trade:read_write new"}]},
        ("trade:read_write", "new"),
    ),
    "mexc": ({"permissions": ["SPOT_ACCOUNT_READ", "SPOT_DEAL_WRITE"]}, ("SPOT_DEAL_WRITE",)),
    "bitfinex": ([["account", 1, 0], ["orders", 1, 1]], ("orders",)),
}


@pytest.mark.parametrize("venue", sorted(READS))
async def test_a_key_that_only_reads_has_no_power(venue: str) -> None:
    told = await rights(venue, READS[venue])
    assert (told.powers, told.may_read) == ((), True)
    if venue not in {"deribit", "mexc", "bitfinex"}:
        assert told.bound_to_address is True


@pytest.mark.parametrize("venue", sorted(ACTS))
async def test_whatever_it_may_do_beside_is_named(venue: str) -> None:
    reply, powers = ACTS[venue]
    assert (await rights(venue, reply)).powers == powers


@pytest.mark.parametrize("venue", sorted(set(ASKED) - {"kucoinfutures"}))
@pytest.mark.parametrize(
    "reply", [None, {}, [], "<html>", {"data": None}, {"data": {}}, {"data": []}, {"result": []}],
    ids=repr,
)  # fmt: skip
async def test_an_answer_that_says_nothing_of_rights_is_no_clean_bill(
    venue: str, reply: object
) -> None:
    with pytest.raises(OddReplyError):
        await rights(venue, reply)


async def test_a_list_of_keys_without_ours_says_nothing_of_ours() -> None:
    with pytest.raises(OddReplyError, match="ours is not among them"):
        await rights("deribit", {"result": [{"client_id": "other", "max_scope": "account:read"}]})


async def test_where_nothing_is_told_nothing_is_verified_and_no_key_needs_no_telling() -> None:
    with pytest.raises(OddReplyError, match="gate does not tell what a key may do"):
        await rights("gate", {"user_id": 1})
    assert (await rights("dydx", None)).powers == ()
    assert (can_be_verified("gate"), can_be_verified("dydx"), can_be_verified("htx")) == (
        False,
        True,
        True,
    )
