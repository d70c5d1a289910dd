"""Hyperliquid's replies as they really were, figure by figure, and the odd ones."""

from collections.abc import Mapping
from typing import Any

import ccxt
import pytest

from hedgewatch.core.model import Tier
from hedgewatch.venues.dialects.hyperliquid import Hyperliquid
from hedgewatch.venues.dialects.hyperliquid_listing import REMAPPED, Listing, tiers
from hedgewatch.venues.fields import OddReplyError, UnlistedMarketError
from hedgewatch.venues.permissions import KeyRefusedError
from tests.support.published.snapshots import Holding as Snapshot
from tests.support.published.snapshots import hyperliquid_price
from tests.support.recorded import recorded

ADDRESS = "0x00000000000000000000000000000000000000A1"
BTC, ETH, SOL, HYPE = (f"{coin}/USDC:USDC" for coin in ("BTC", "ETH", "SOL", "HYPE"))
CRCL = "FLX-CRCL/USDH:USDH"

MARKETS: Mapping[str, Any] = {
    **{
        symbol: {"settle": "USDC", "info": {"name": symbol.partition("/")[0]}}
        for symbol in (BTC, ETH, SOL, HYPE)
    },
    "KPEPE/USDC:USDC": {"settle": "USDC", "info": {"name": "kPEPE"}},
    CRCL: {"settle": "USDH", "info": {"name": "flx:CRCL", "dex": "flx"}},
    "XYZ-AAPL/USDC:USDC": {"settle": "USDC", "info": {"name": "xyz:AAPL", "dex": "xyz"}},
    "XYZ-MSFT/USDC:USDC": {"settle": "USDC", "info": {"name": "xyz:MSFT", "dex": "xyz"}},
    **{
        f"{base}/USDC": {
            "base": base,
            "quote": "USDC",
            "info": {"name": f"@{token}", "tokens": [token, "0"]},
        }
        for base, token in (("HYPE", "150"), ("ETH", "221"), ("SOL", "254"), ("USDH", "360"))
    },
}
EMPTY: Mapping[str, Any] = {
    "marginSummary": dict.fromkeys(
        ("accountValue", "totalNtlPos", "totalRawUsd", "totalMarginUsed"), "0.0"
    ),
    "crossMarginSummary": dict.fromkeys(
        ("accountValue", "totalNtlPos", "totalRawUsd", "totalMarginUsed"), "0.0"
    ),
    "crossMaintenanceMarginUsed": "0.0",
    "withdrawable": "0.0",
    "assetPositions": [],
    "time": 1764350959056,
}


class Replies:
    """Answers `/info` with what a test prepared, by type, and by `dex` where it has one."""

    def __init__(self, **replies: Any) -> None:
        self.replies = {
            "spotClearinghouseState": {"balances": []},
            "delegatorSummary": ccxt.ExchangeError("422"),
            "userVaultEquities": [],
            **replies,
        }
        self.asked: list[Mapping[str, Any]] = []
        self.options: dict[str, Any] = {}

    async def public_post_info(self, asked: Mapping[str, Any]) -> Any:
        self.asked.append(asked)
        name = f"{asked['type']}_{asked['dex']}" if "dex" in asked else asked["type"]
        reply = self.replies[name]
        if isinstance(reply, Exception):
            raise reply
        return reply


def dialect() -> Hyperliquid:
    spoken = Hyperliquid("main", ADDRESS)
    spoken.list_markets(MARKETS)
    return spoken


def state_of(method: str, description: str) -> Any:
    cases = recorded("hyperliquid.replies.json")["methods"][method]
    return next(case["reply"] for case in cases if case["description"] == description)


def without(state: Mapping[str, Any], coin: str) -> dict[str, Any]:
    """The state with a position left out, and nothing else changed."""
    listed = [row for row in state["assetPositions"] if row["position"]["coin"] != coin]
    return {**state, "assetPositions": listed, "time": int(state["time"]) + 1000}


async def test_a_cross_account_is_read_to_the_last_digit_with_a_wallet_that_knows_no_marks() -> (
    None
):
    state = state_of("fetchPositions", "short position")
    reading = await dialect().read_account(Replies(clearinghouseState=state))
    short, long = reading.positions
    assert (short.symbol, short.kind, short.contracts, short.entry_price) == (
        SOL, "net", -0.5, 138.76,
    )  # fmt: skip
    assert (short.isolated_wallet, short.leverage, short.venue_time) == (None, 20.0, 1728568314.07)
    assert short.venue_liquidation_price == 22881.19788911
    assert long.venue_liquidation_price is None
    (usdc,) = reading.balances
    assert (usdc.equity, usdc.maintenance_margin) == (11524.216934, 38.8818)
    marks = {SOL: 68.98 / 0.5, ETH: 3819.2 / 1.6}
    profit = sum(p.contracts * (marks[p.symbol] - p.entry_price) for p in reading.positions)
    assert usdc.total == usdc.cross_wallet == pytest.approx(11524.216934 - profit, abs=1e-9)
    assert reading.margin_in_use == 194.409
    assert (reading.cross_regime.name, reading.cross_regime.unknown) == ("hyperliquid-cross", "")


async def test_an_isolated_position_has_what_backs_it_alone_and_the_line_of_the_venue() -> None:
    state = state_of("fetchPositions", "isolated short position")
    reading = await dialect().read_account(Replies(clearinghouseState=state))
    (short,) = reading.positions
    assert short.isolated_wallet == pytest.approx(211.144417 - 4 * 47.9932)
    assert reading.isolated_regime.name == "hyperliquid-isolated"
    (usdc,) = reading.balances
    assert (usdc.cross_wallet, usdc.equity, usdc.maintenance_margin) == (57.6421, 57.6421, 0.0)
    assert usdc.total == pytest.approx(57.6421 + 211.144417 - 4 * 47.9932)
    line = hyperliquid_price(
        Snapshot(size=-4.0, value=192.58, max_leverage=10.0, raw_usd=211.144417), 0.0, 0.0
    )
    assert short.venue_liquidation_price == pytest.approx(line, abs=1e-9)


@pytest.mark.parametrize("description", ["fetch positions", "short position"])
async def test_cross_lines_of_the_venue_follow_from_what_is_read(description: str) -> None:
    state = state_of("fetchPositions", description)
    reading = await dialect().read_account(Replies(clearinghouseState=state))
    (usdc,) = reading.balances
    for row, position in zip(state["assetPositions"], reading.positions, strict=True):
        told = row["position"]
        snapshot = Snapshot(
            size=position.contracts,
            value=float(told["positionValue"]),
            max_leverage=float(told["maxLeverage"]),
        )
        line = hyperliquid_price(snapshot, usdc.equity or 0.0, usdc.maintenance_margin or 0.0)
        expected = position.venue_liquidation_price
        assert line == (None if expected is None else pytest.approx(expected, rel=1e-9))


async def test_positions_on_an_exchange_that_others_built_are_read_in_its_own_currency() -> None:
    spoken = dialect()
    state = state_of("fetchPositions", "fetch hip3 positions")
    replies = Replies(
        clearinghouseState=EMPTY,
        clearinghouseState_flx=state,
        clearinghouseState_xyz=EMPTY,
        perpDexs=[None, {"name": "xyz"}, {"name": "flx"}],
        meta={"universe": [], "marginTables": []},
        meta_flx={"universe": [{"name": "flx:CRCL", "maxLeverage": 3, "marginTableId": 3}]},
    )
    found = await spoken.tiers(replies, ())
    assert found == {CRCL: (Tier(0.0, 1 / 6, 0.0),)}
    reading = await spoken.read_account(replies)
    (crcl,) = reading.positions
    assert (crcl.symbol, crcl.contracts) == (CRCL, 0.13)
    assert crcl.isolated_wallet == pytest.approx(-6.955118 + 0.13 * 80.262)
    usdh = next(balance for balance in reading.balances if balance.asset == "USDH")
    assert usdh.total == pytest.approx(6.889701 + 0.01924, abs=1e-6)
    assert usdh.cross_wallet == pytest.approx(3.429999)
    asked = [each.get("dex", "") for each in replies.asked if each["type"] == "clearinghouseState"]
    assert asked == ["xyz", "flx", "", "flx"]


async def test_spot_tokens_are_named_as_the_markets_that_price_them_with_what_orders_hold() -> None:
    reply = state_of("fetchBalance", "spot balance with correct currency codes")
    state = state_of("fetchBalance", "swap balance")
    replies = Replies(clearinghouseState=state, spotClearinghouseState=reply)
    reading = await dialect().read_account(replies)
    owned = {balance.asset: balance.total for balance in reading.balances}
    assert owned == {
        "USDC": pytest.approx(1.2908594 + 20.454862),
        "HYPE": 4.43762752,
        "ETH": 0.003397716,
        "SOL": 0.07894692,
        "USDH": 0.00621736,
    }
    held = Replies(
        clearinghouseState=EMPTY,
        spotClearinghouseState=state_of("fetchBalance", "fetchBalance spot with used"),
    )
    (usdc,) = (await dialect().read_account(held)).balances
    assert (usdc.total, usdc.locked, usdc.cross_wallet) == (50.0, 10.0, 0.0)


async def test_a_token_that_only_calls_itself_like_another_is_not_added_to_it() -> None:
    rows = [
        {"coin": "UETH", "token": 221, "total": "1.0", "hold": "0.0"},
        {"coin": "ETH", "token": 900, "total": "5.0", "hold": "0.0"},
        {"coin": "KPEPE", "token": 901, "total": "7.0", "hold": "0.0"},
    ]
    replies = Replies(clearinghouseState=EMPTY, spotClearinghouseState={"balances": rows})
    owned = {each.asset: each.total for each in (await dialect().read_account(replies)).balances}
    assert owned == {"ETH": 1.0, "ETH@900": 5.0, "KPEPE@901": 7.0}


async def test_a_token_traded_under_the_name_of_a_remapped_coin_is_not_that_coin() -> None:
    pair = {"base": "BTC", "quote": "USDC", "baseName": "BTC", "quoteId": "USDC"}
    junk = {**pair, "info": {"name": "@900", "tokens": ["900", "0"]}}
    spoken = Hyperliquid("main", ADDRESS)
    spoken.list_markets({**MARKETS, "BTC/USDC": junk})
    rows = [{"coin": "BTC", "token": 900, "total": "5.0", "hold": "0.0"}]
    replies = Replies(clearinghouseState=EMPTY, spotClearinghouseState={"balances": rows})
    assert {each.asset for each in (await spoken.read_account(replies)).balances} == {"BTC@900"}


def test_the_names_that_ccxt_gives_to_other_tokens_are_those_that_are_known() -> None:
    given = ccxt.hyperliquid().options["spotCurrencyMapping"]
    assert set(given.values()) == REMAPPED


async def test_what_is_missing_is_gone_only_when_the_totals_say_so_too() -> None:
    spoken, state = dialect(), state_of("fetchPositions", "short position")
    await spoken.read_account(Replies(clearinghouseState=state))
    partial = without(state, "SOL")
    reading = await spoken.read_account(Replies(clearinghouseState=partial))
    assert [p.symbol for p in reading.positions] == [ETH]
    assert (reading.margin_in_use or 0.0) > 0.0
    sums = {**state["marginSummary"], "totalNtlPos": "3819.2"}
    closed = {**partial, "marginSummary": sums}
    reading = await spoken.read_account(Replies(clearinghouseState=closed))
    told = {p.symbol: p.contracts for p in reading.positions}
    assert told == {ETH: 1.6, SOL: 0.0}


async def test_nothing_at_all_is_no_word_on_what_was_held_until_it_is_said_for_a_while() -> None:
    """An address that the venue does not know has the very same reply. Believed by half, without
    the money and with the positions, it would pass for a liquidation.
    """
    spoken, at = dialect(), int(EMPTY["time"])
    state = state_of("fetchPositions", "short position")
    await spoken.read_account(Replies(clearinghouseState=state))
    for later in (0, 3_000):
        with pytest.raises(OddReplyError, match="nothing at all"):
            await spoken.read_account(Replies(clearinghouseState={**EMPTY, "time": at + later}))
    gone = {**EMPTY, "time": at + 4_500}
    reading = await spoken.read_account(Replies(clearinghouseState=gone))
    assert {each.symbol: each.contracts for each in reading.positions} == {ETH: 0.0, SOL: 0.0}
    assert [(each.asset, each.total) for each in reading.balances] == [("USDC", 0.0)]
    await spoken.read_account(Replies(clearinghouseState=gone))  # and nothing is held any more


async def test_a_glimpse_of_nothing_at_all_is_forgotten_when_the_positions_are_back() -> None:
    spoken, at = dialect(), int(EMPTY["time"])
    state = state_of("fetchPositions", "short position")
    await spoken.read_account(Replies(clearinghouseState=state))
    for later in (0, 60_000):
        with pytest.raises(OddReplyError):
            await spoken.read_account(Replies(clearinghouseState={**EMPTY, "time": at + later}))
        assert (await spoken.read_account(Replies(clearinghouseState=state))).positions


@pytest.mark.parametrize(
    "change",
    [
        {"assetPositions": None},
        {"marginSummary": None},
        {"crossMaintenanceMarginUsed": ""},
        {"time": 0},
        {"assetPositions": [{"type": "twoWay", "position": {}}]},
        {"assetPositions": [{"type": "oneWay", "position": {"coin": "BTC", "szi": "1.0"}}]},
        {"assetPositions": [None]},
    ],
)
async def test_a_state_that_makes_no_sense_is_an_error_and_never_a_flat_account(
    change: dict[str, Any],
) -> None:
    with pytest.raises(OddReplyError):
        await dialect().read_account(Replies(clearinghouseState={**EMPTY, **change}))


@pytest.mark.parametrize("reply", [None, "null", [], "<html>502</html>", {"status": "err"}])
async def test_a_reply_of_another_kind_is_an_error_as_well(reply: object) -> None:
    with pytest.raises(OddReplyError):
        await dialect().read_account(Replies(clearinghouseState=reply))
    replies = Replies(clearinghouseState=EMPTY, spotClearinghouseState=reply)
    with pytest.raises(OddReplyError):
        await dialect().read_account(replies)


async def test_a_position_in_a_market_that_is_not_listed_is_never_skipped() -> None:
    state = state_of("fetchPositions", "short position")
    spoken = Hyperliquid("main", ADDRESS)
    spoken.list_markets({BTC: MARKETS[BTC]})
    with pytest.raises(UnlistedMarketError, match="SOL"):
        await spoken.read_account(Replies(clearinghouseState=state))


def test_tiers_are_half_the_initial_margin_with_deductions_that_make_them_continuous() -> None:
    """BTC as the venue has it on its main network: 40x up to 150 million, 20x beyond."""
    listing = Listing()
    listing.learn(MARKETS)
    bounds = [
        {"lowerBound": "0.0", "maxLeverage": "40"},
        {"lowerBound": "150000000.0", "maxLeverage": "20"},
    ]
    meta = {
        "universe": [
            {"name": "BTC", "maxLeverage": "40", "marginTableId": "56"},
            {"name": "HYPE", "maxLeverage": "10", "marginTableId": "10"},
            {"name": "SOL", "maxLeverage": "20"},
            {"name": "GONE", "maxLeverage": "3", "marginTableId": "3", "isDelisted": True},
        ],
        "marginTables": [["56", {"description": "tiered 40x", "marginTiers": bounds}]],
    }
    found = tiers(meta, listing)
    assert set(found) == {BTC, HYPE, SOL}
    assert found[BTC] == (Tier(0.0, 0.0125, 0.0), Tier(1.5e8, 0.025, 1.5e8 * 0.0125))
    assert (found[HYPE], found[SOL]) == ((Tier(0.0, 0.05, 0.0),), (Tier(0.0, 0.025, 0.0),))
    with pytest.raises(OddReplyError, match="margin table 56"):
        tiers({**meta, "marginTables": []}, listing)


def test_recorded_markets_of_the_real_venue_keep_their_steps_their_names_and_their_hour() -> None:
    spoken, listed = Hyperliquid("main", ADDRESS), recorded("hyperliquid.markets.json")
    spoken.list_markets(listed)
    btc = spoken.market(listed[BTC])
    assert (str(btc.step), str(btc.tick), btc.base, btc.settle) == ("0.00001", "1", "BTC", "USDC")
    assert (btc.funding_interval, btc.status, btc.expiry) == (3600.0, "trading", None)
    delisted = {**listed[BTC], "info": {**listed[BTC]["info"], "isDelisted": True}}
    assert spoken.market(delisted).status == "closed"
    spot = spoken.market(listed["BTC/USDC"])
    assert (spot.settle, spot.funding_interval) == ("", None)
    frame = {"channel": "activeAssetCtx", "data": {"coin": "kPEPE", "ctx": {"markPx": "0.0033"}}}
    price = spoken.price(frame, 1.0)
    assert price is not None
    assert price.symbol == "KPEPE/USDC:USDC"


@pytest.mark.parametrize("mode", ["portfolioMargin", "somethingNew"])
async def test_a_mode_in_which_other_money_backs_positions_is_named_as_one_we_do_not_know(
    mode: str,
) -> None:
    spoken = dialect()
    await spoken.settle_in(Replies(userAbstraction=f'"{mode}"'))
    reading = await spoken.read_account(Replies(clearinghouseState=EMPTY))
    assert reading.cross_regime.unknown


@pytest.mark.parametrize("mode", ["default", "disabled", "dexAbstraction"])
async def test_a_mode_in_which_perpetuals_have_their_own_money_is_a_plain_cross_account(
    mode: str,
) -> None:
    spoken = dialect()
    await spoken.settle_in(Replies(userAbstraction=f'"{mode}"'))
    reading = await spoken.read_account(Replies(clearinghouseState=EMPTY))
    assert (reading.cross_regime.name, reading.cross_regime.unknown) == ("hyperliquid-cross", "")
    spot = {"balances": [], "tokenToAvailableAfterMaintenance": [[0, "0.0"]]}
    shared = Replies(clearinghouseState=EMPTY, spotClearinghouseState=spot)
    assert (await spoken.read_account(shared)).cross_regime.name == "hyperliquid-unified"


async def test_a_unified_account_is_one_balance_behind_the_positions_on_every_exchange() -> None:
    """By the venue's own "Unified Account Ratio": what of the total is not in isolated positions
    stands behind the maintenance of all exchanges.
    """
    spoken = dialect()
    await spoken.settle_in(Replies(userAbstraction='"unifiedAccount"'))
    spoken._user.used.add("xyz")  # noqa: SLF001 - found by `tiers`, which another test shows
    main, isolated = on_xyz("BTC"), state_of("fetchPositions", "isolated short position")
    main["assetPositions"].extend(isolated["assetPositions"])
    main["marginSummary"] = {**main["marginSummary"], "totalNtlPos": str(1100.0 + 192.58)}
    rows = [{"coin": "USDC", "token": 0, "total": "5000.0", "hold": "500.0", "entryNtl": "0.0"}]
    replies = Replies(
        clearinghouseState=main,
        clearinghouseState_xyz=on_xyz("xyz:AAPL", "xyz:MSFT"),
        spotClearinghouseState={"balances": rows},
    )
    reading = await spoken.read_account(replies)
    (usdc,) = reading.balances
    assert usdc.equity == pytest.approx(5000.0 - 18.564417, abs=1e-6)
    assert usdc.maintenance_margin == 110.0
    assert usdc.cross_wallet == pytest.approx(5000.0 - 18.564417 - 300.0, abs=1e-6)
    assert usdc.total == pytest.approx(5000.0 - 300.0 + 0.6071, abs=1e-3)
    wallets = {p.symbol: p.isolated_wallet for p in reading.positions}
    assert [symbol for symbol, wallet in wallets.items() if wallet is not None] == [HYPE]
    assert reading.cross_regime.name == "hyperliquid-unified"


def on_xyz(*coins: str) -> dict[str, Any]:
    """Cross positions of 10 at 100 each, at 110, with 1,000 of cash before them."""
    rows = [
        {
            "type": "oneWay",
            "position": {
                "coin": coin,
                "szi": "10.0",
                "leverage": {"type": "cross", "value": 5},
                "entryPx": "100.0",
                "positionValue": "1100.0",
                "liquidationPx": None,
            },
        }
        for coin in coins
    ]
    sums = {
        "accountValue": str(1000.0 + 100.0 * len(coins)),
        "totalNtlPos": str(1100.0 * len(coins)),
        "totalRawUsd": str(1000.0 - 1000.0 * len(coins)),
        "totalMarginUsed": "220.0",
    }
    state = {"marginSummary": sums, "crossMarginSummary": sums, "assetPositions": rows}
    return {**EMPTY, **state, "crossMaintenanceMarginUsed": "55.0"}


async def test_another_exchange_is_a_pool_of_its_own_though_it_settles_in_the_same_currency() -> (
    None
):
    spoken, main = dialect(), state_of("fetchPositions", "short position")
    spoken._user.used.add("xyz")  # noqa: SLF001 - found by `tiers`, which another test shows
    alone = Replies(clearinghouseState=main, clearinghouseState_xyz=on_xyz("xyz:AAPL"))
    reading = await spoken.read_account(alone)
    aapl = next(p for p in reading.positions if p.symbol == "XYZ-AAPL/USDC:USDC")
    assert aapl.isolated_wallet == pytest.approx(1000.0)
    (usdc,) = reading.balances
    assert (usdc.equity, reading.cross_regime.unknown) == (11524.216934, "")
    both = on_xyz("xyz:AAPL", "xyz:MSFT")
    reading = await spoken.read_account(
        Replies(clearinghouseState=main, clearinghouseState_xyz=both)
    )
    assert reading.cross_regime.unknown == "cross positions on xyz are another pool in USDC"
    reading = await spoken.read_account(
        Replies(clearinghouseState=EMPTY, clearinghouseState_xyz=both)
    )
    (usdc,) = reading.balances
    assert (usdc.cross_wallet, usdc.equity, reading.cross_regime.unknown) == (1000.0, 1200.0, "")


async def test_an_address_can_do_nothing_but_may_be_the_wrong_one() -> None:
    spoken, tokens = dialect(), {"tokens": [{"index": "0", "name": "USDC"}]}
    replies = Replies(spotMeta=tokens, userRole={"role": "subAccount", "data": {"master": "0x1"}})
    assert (await spoken.rights(replies)).powers == ()
    assert replies.options["cachedCurrenciesById"] == {"0": "USDC"}
    with pytest.raises(KeyRefusedError, match="never used"):
        await spoken.rights(Replies(spotMeta=tokens, userRole={"role": "missing"}))
    agent = {"role": "agent", "data": {"user": "0xabc"}}
    with pytest.raises(KeyRefusedError, match=r"API wallet.*0xabc"):
        await spoken.rights(Replies(spotMeta=tokens, userRole=agent))
    untold = Replies(spotMeta=tokens, userRole=ccxt.ExchangeError("422"))
    assert (await spoken.rights(untold)).powers == ()


async def test_a_venue_that_does_not_tell_what_is_staked_blinds_nobody_and_is_asked_again() -> None:
    rows = [{"coin": "HYPE", "token": 150, "total": "4.0", "hold": "0.0"}]
    replies = Replies(
        clearinghouseState=EMPTY,
        spotClearinghouseState={"balances": rows},
        delegatorSummary=ccxt.ExchangeNotAvailable("500 null"),
        userVaultEquities=ccxt.ExchangeError("422"),
    )
    spoken = dialect()
    reading = await spoken.read_account(replies)
    assert [(each.asset, each.total) for each in reading.balances] == [("HYPE", 4.0)]
    assert reading.unseen == (
        "what is staked of HYPE: the venue does not tell",
        "shares in vaults: the venue does not tell",
    )
    for _ in range(7):
        await spoken.read_account(replies)
    kinds = [asked["type"] for asked in replies.asked]
    assert (kinds.count("delegatorSummary"), kinds.count("userVaultEquities")) == (1, 1)
    stake = {"delegated": "10.0", "undelegated": "0.0", "totalPendingWithdrawal": "0.0"}
    replies.replies["delegatorSummary"] = stake
    (hype,) = (await spoken.read_account(replies)).balances
    assert hype.total == 14.0


async def test_a_share_in_a_vault_is_said_and_not_counted() -> None:
    shares = [
        {"vaultAddress": "0xdf", "equity": "742500.08", "lockedUntilTimestamp": 1741132800000},
        {"vaultAddress": "0xaa", "equity": "0.0"},
    ]
    reading = await dialect().read_account(
        Replies(clearinghouseState=EMPTY, userVaultEquities=shares)
    )
    assert reading.unseen[-1:] == (
        "a share worth 742,500.08 USDC in the vault 0xdf: it is not counted",
    )
    assert reading.balances == ()


async def test_what_is_staked_is_owned_and_cannot_be_moved() -> None:
    rows = [{"coin": "HYPE", "token": 150, "total": "4.0", "hold": "1.0"}]
    stake = {"delegated": "10.0", "undelegated": "2.0", "totalPendingWithdrawal": "0.5"}
    replies = Replies(
        clearinghouseState=EMPTY, spotClearinghouseState={"balances": rows}, delegatorSummary=stake
    )
    spoken = dialect()
    for _ in range(2):
        (hype,) = (await spoken.read_account(replies)).balances
        assert (hype.asset, hype.total, hype.locked) == ("HYPE", 16.5, 13.5)
    kinds = [asked["type"] for asked in replies.asked]
    assert kinds.count("delegatorSummary") == 1
    rows[0]["total"] = "3.0"
    await spoken.read_account(replies)
    assert [asked["type"] for asked in replies.asked].count("delegatorSummary") == 2


@pytest.mark.parametrize(
    ("ledger", "fills", "end"),
    [
        ([{"type": "spotTransfer", "token": "UETH", "user": ADDRESS}], [], "transferred"),
        ([{"type": "send", "token": "UETH", "user": ADDRESS.lower()}], [], "transferred"),
        ([{"type": "spotTransfer", "token": "UETH", "user": "0xother"}], [], None),
        ([{"type": "withdraw", "usdc": "5.0"}], [{"coin": "@221", "side": "A"}], "closed"),
        ([], [{"coin": "@221", "side": "B"}, {"coin": "ETH", "side": "A"}], None),
    ],
)
async def test_where_a_token_went_is_asked_once_it_became_less(
    ledger: list[dict[str, str]], fills: list[dict[str, str]], end: str | None
) -> None:
    spoken, told = dialect(), {**EMPTY, "time": 2_000_000}
    rows = [{"coin": "UETH", "token": 221, "total": "2.0", "hold": "0.0"}]
    replies = Replies(
        clearinghouseState=told,
        spotClearinghouseState={"balances": rows},
        userNonFundingLedgerUpdates=[{"time": 1, "hash": "0x", "delta": each} for each in ledger],
        userFillsByTime=fills,
    )
    await spoken.read_account(replies)
    assert list(spoken.losses(replies, ["ETH/USDC"])) == []
    rows[0]["total"] = "1.5"
    await spoken.read_account(replies)
    ((balance, questions),) = spoken.losses(replies, ["ETH/USDC", BTC])
    assert (balance.asset, balance.total) == ("ETH", 1.5)
    answers = [await question() for question in questions]
    assert next((answer for answer in answers if answer), None) == end
    assert {each["startTime"] for each in replies.asked if "startTime" in each} == {1_998_000}
