"""What is owned at Binance beside the spot wallet is owned as well, and may refuse to be read."""

import asyncio
from typing import Any

import ccxt
import pytest

from hedgewatch.venues.dialects import binance_wallets
from hedgewatch.venues.dialects.binance_spot import BinanceSpot

FLEXIBLE = {
    "totalAmount": "75.46000000",
    "tierAnnualPercentageRate": {"0-5BTC": 0.05, "5-10BTC": 0.03},
    "latestAnnualPercentageRate": "0.02599895",
    "asset": "USDT",
    "airDropAsset": "BETH",
    "canRedeem": True,
    "collateralAmount": "232.23123213",
    "productId": "USDT001",
    "autoSubscribe": True,
}
LOCKED = {
    "positionId": 123123,
    "projectId": "Axs*90",
    "asset": "AXS",
    "amount": "122.09202928",
    "purchaseTime": "1646182276000",
    "duration": "60",
    "rewardAsset": "AXS",
    "status": "HOLDING",
}
FUNDING = {
    "asset": "USDT",
    "free": "1",
    "locked": "0.25",
    "freeze": "0.75",
    "withdrawing": "9",
    "btcValuation": "0.00000091",
}
"""As Binance documents them."""

FUNDED = [
    {"activate": True, "balance": "0", "walletName": "Spot"},
    {"activate": True, "balance": "0.00000091", "walletName": "Funding"},
]


class Wallets:
    """Answers the requests of a spot account; `asked` is what for, in order."""

    def __init__(self, **replies: Any) -> None:
        self.replies = replies
        self.asked: list[str] = []
        self.now = 1_700_000_000_000
        self.spot = [{"asset": "AXS", "free": "1", "locked": "0.5"}]

    async def _answer(self, name: str, usual: object) -> Any:
        self.asked.append(name)
        reply = self.replies.get(name, usual)
        if isinstance(reply, Exception):
            raise reply
        if reply == "hang":
            await asyncio.Event().wait()
        return reply

    async def private_get_account(self) -> Any:
        return {"updateTime": 1_700_000_000_000, "balances": self.spot}

    async def sapi_get_simple_earn_flexible_position(self, page: dict[str, int]) -> Any:
        reply = await self._answer("flexible", {"rows": []})
        pages = isinstance(reply, list) and len(reply) >= page["current"]
        return reply[page["current"] - 1] if pages else reply

    async def sapi_get_simple_earn_locked_position(self, page: dict[str, int]) -> Any:
        assert page == {"current": 1, "size": 100}
        return await self._answer("locked", {"rows": []})

    async def sapi_get_asset_wallet_balance(self) -> Any:
        return await self._answer("wallets", [])

    async def sapi_post_asset_get_funding_asset(self) -> Any:
        return await self._answer("funding", [])

    def nonce(self) -> int:
        return self.now

    def safe_currency_code(self, name: str) -> str:
        return name


async def owned(spoken: BinanceSpot, venue: Wallets) -> dict[str, tuple[float, float]]:
    reading = await spoken.read_account(venue)
    return {balance.asset: (balance.total, balance.locked) for balance in reading.balances}


async def test_what_is_lent_and_in_the_funding_wallet_is_owned_and_what_is_bound_locked() -> None:
    venue = Wallets(
        flexible={"rows": [FLEXIBLE], "total": 1},
        locked={"rows": [LOCKED], "total": 1},
        wallets=FUNDED,
        funding=[FUNDING],
    )
    found = await owned(BinanceSpot("spot"), venue)
    assert set(found) == {"AXS", "USDT"}
    assert found["AXS"] == pytest.approx((123.59202928, 122.59202928))
    assert found["USDT"] == pytest.approx((77.46, 76.46))


async def test_the_receipt_for_what_is_lent_is_not_counted_beside_it() -> None:
    venue = Wallets(flexible={"rows": [FLEXIBLE]})
    venue.spot = [
        {"asset": "LDUSDT", "free": "75.46", "locked": "0"},
        {"asset": "LDO", "free": "3", "locked": "0"},
    ]
    assert await owned(BinanceSpot("spot"), venue) == {"LDO": (3.0, 0.0), "USDT": (75.46, 75.46)}


async def test_a_list_of_many_pages_is_read_to_its_end() -> None:
    full = {"rows": [{**FLEXIBLE, "totalAmount": "1"}] * 100}
    venue = Wallets(flexible=[full, full, {"rows": [FLEXIBLE]}])
    assert (await owned(BinanceSpot("spot"), venue))["USDT"][0] == pytest.approx(275.46)
    assert venue.asked.count("flexible") == 3


REFUSALS = [
    ccxt.PermissionDenied("-2015"),
    ccxt.ExchangeNotAvailable("404 Not found"),
    ccxt.RequestTimeout("late"),
    {"code": -1000, "msg": "An unknown error occurred"},
    {"rows": None},
    [],
    {"rows": [{**FLEXIBLE, "totalAmount": ""}]},
]


@pytest.mark.parametrize("refusal", REFUSALS, ids=lambda reply: f"{type(reply).__name__} {reply}")
async def test_whatever_refuses_to_tell_of_them_leaves_the_spot_wallet_as_it_is(
    refusal: Any,
) -> None:
    replies = dict.fromkeys(("flexible", "locked", "wallets", "funding"), refusal)
    if refusal == []:
        replies.pop("flexible")
    venue = Wallets(**replies)
    assert await owned(BinanceSpot("spot"), venue) == {"AXS": (1.5, 0.5)}
    assert "funding" not in venue.asked


async def test_what_was_heard_stays_while_nothing_is_heard() -> None:
    spoken, venue = BinanceSpot("spot"), Wallets(flexible={"rows": [FLEXIBLE]})
    before = await owned(spoken, venue)
    venue.replies["flexible"] = ccxt.RequestTimeout("late")
    venue.now += 61_000
    assert await owned(spoken, venue) == before
    venue.replies["flexible"] = {"rows": []}
    venue.now += 61_000
    assert (await owned(spoken, venue))["USDT"] == (0.0, 0.0)


async def test_they_are_read_again_when_the_spot_wallet_changed_and_each_minute_else() -> None:
    spoken, venue = BinanceSpot("spot"), Wallets()
    for after, reads in ((0, 1), (10_000, 2), (25_000, 3), (61_000, 3), (86_000, 4), (87_000, 4)):
        venue.now = 1_700_000_000_000 + after
        await owned(spoken, venue)
        assert venue.asked.count("flexible") == reads
    venue.spot = []
    await owned(spoken, venue)
    assert venue.asked.count("flexible") == 5


async def test_a_venue_that_refuses_is_not_asked_with_every_reading() -> None:
    spoken, venue = BinanceSpot("spot"), Wallets(flexible=ccxt.PermissionDenied("-2015"))
    for after in (0, 10_000, 20_000):
        venue.now = 1_700_000_000_000 + after
        await owned(spoken, venue)
    assert venue.asked.count("flexible") == 1


async def test_a_wallet_that_hangs_does_not_hold_the_spot_wallet_up(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(binance_wallets, "_PATIENCE_SECONDS", 0.01)
    venue = Wallets(flexible="hang")
    spoken = BinanceSpot("spot")
    assert await owned(spoken, venue) == {"AXS": (1.5, 0.5)}
    unseen = (await spoken.read_account(venue)).unseen
    assert [each.partition(" is not counted")[0] for each in unseen] == [
        "what lies in locked Simple Earn",
        "the funding wallet",
    ]


async def test_a_wallet_that_makes_no_sense_is_unseen() -> None:
    venue = Wallets(locked={"rows": [{**LOCKED, "amount": "some"}], "total": 1})
    (unseen,) = (await BinanceSpot("spot").read_account(venue)).unseen
    assert unseen.startswith("what lies in locked Simple Earn is not counted")


async def test_a_wallet_that_is_refused_is_said_to_be_unseen_until_it_is_told() -> None:
    refused = ccxt.AuthenticationError('binance {"code":-1002,"msg":"You are not authorized"}')
    spoken = BinanceSpot("spot")
    reading = await spoken.read_account(Wallets(locked=refused, wallets=refused))
    assert reading.unseen == (
        "what lies in locked Simple Earn is not counted: the venue does not tell",
        "the funding wallet is not counted: the venue does not tell",
    )
    told = Wallets(locked={"rows": [LOCKED], "total": 1})
    told.now += 61_000
    assert (await spoken.read_account(told)).unseen == ()
    again = Wallets(locked=refused)
    again.now += 122_000
    (unseen,) = (await spoken.read_account(again)).unseen
    assert unseen.startswith("what lies in locked Simple Earn is as it was told last")
