"""An account that cannot be watched says why, harms no other, and is taken up when it is mended."""

import asyncio
import json
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
import yaml

from hedgewatch.sim import SECOND_KEY, SECOND_SECRET
from tests.daemon.house import House, housed
from tests.support.daemons import account, run_program, secret_file, worked_example

pytestmark = [pytest.mark.live, pytest.mark.slow, pytest.mark.asyncio(loop_scope="module")]

REFUSED = {
    "mistyped": "the venue refuses the key",
    "powerful": "the key can trade (enableFutures)",
    "misnamed": "the venue lists no market NOPE/USDT:USDT",
}


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def house(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[House]:
    """One account that works, three that do not, each for its own reason."""
    folder = tmp_path_factory.mktemp("house")
    async with housed(folder) as house:
        second = {"key": SECOND_KEY, "secret": SECOND_SECRET}
        accounts = [
            account(folder, house.exchange),
            account(folder, house.exchange, "mistyped", key="mistyped-key-of-no-account"),
            account(folder, house.exchange, "powerful", **second),
            account(folder, house.exchange, "misnamed"),
        ]
        accounts.append(account(folder, house.exchange, "spot", venue="binance"))
        coins = {
            "name": "coins",
            "exposure": [{"account": "spot", "asset": "BTC"}],
            "cover": [{"account": "main", "symbol": "BTC/USDT:USDT"}],
        }
        prices = {
            "NOPE": {"account": "misnamed", "symbol": "NOPE/USDT:USDT"},
            "BTC": {"account": "spot", "symbol": "BTC/USDT"},
        }
        document = house.daemon.document
        document |= {
            "accounts": accounts,
            "prices": document["prices"] | prices,
            "hedges": [*document["hedges"], coins],
        }
        house.exchange.world.set_spot_balance("BTC", 2, locked="0.5")
        house.exchange.world.set_position("BTCUSDT", -2, 60_000)
        house.daemon.write()
        house.exchange.world.set_rights(account="second", enableFutures=True)
        await house.daemon.start()
        yield house


async def test_each_account_that_cannot_be_watched_fires_with_its_own_reason(
    house: House,
) -> None:
    for name in REFUSED:
        await house.daemon.until_fires("AccountUnusable", 12.0, account=name)
    alerts = (await house.daemon.json("/api/v1/alerts"))["alerts"]
    summaries = {
        alert["labels"]["account"]: alert["annotations"]["summary"]
        for alert in alerts
        if alert["alertname"] == "AccountUnusable"
    }
    assert summaries.keys() == REFUSED.keys()
    for name, reason in REFUSED.items():
        assert reason in summaries[name]
    seen = await house.daemon.metrics()
    blind = {has["account"]: value for has, value in seen.series("account_blind")}
    assert blind == dict.fromkeys(REFUSED, 1) | {"main": 0, "spot": 0}


async def test_healthy_account_beside_them_goes_on_as_if_alone(house: House) -> None:
    house.exchange.world.set_mark("AIXUSDT", 1010)
    await house.daemon.until(
        lambda seen: (
            seen.value("mark_price", symbol="AIX/USDT:USDT") == 1010
            and seen.value("position_unrealized_pnl", symbol="AIX/USDT:USDT") == -2_000
            and seen.value("account_blind", account="main") == 0
        ),
        1.0,
    )


async def test_coins_of_a_spot_account_are_hedged_by_contracts_of_another(house: House) -> None:
    seen = await house.daemon.metrics()
    assert seen.value("exposure_value", hedge="coins") == pytest.approx(150_000)
    assert seen.value("cover_value", hedge="coins") == pytest.approx(-120_000)
    assert seen.value("hedge_ratio", hedge="coins") == pytest.approx(0.8)
    assert seen.value("contracts_to_target", hedge="coins") == pytest.approx(-0.5)
    house.exchange.world.set_mark("BTCUSDT", 66_000)  # its spot price follows
    await house.daemon.until(
        lambda seen: (
            seen.value("exposure_value", hedge="coins") == pytest.approx(165_000)
            and seen.value("cover_value", hedge="coins") == pytest.approx(-132_000)
        ),
        1.0,
    )


async def test_check_online_tells_of_each_account_what_is_wrong_with_it(house: House) -> None:
    sound = worked_example(house.folder, house.exchange) | {"store": "other.db"}
    (house.folder / "sound.yaml").write_text(yaml.safe_dump(sound))
    async with asyncio.TaskGroup() as group:
        checks = [
            group.create_task(run_program("check", "--online", *arguments))
            for arguments in (
                ("-c", house.daemon.configuration),
                ("--json", "-c", house.folder / "sound.yaml"),
            )
        ]
    wrong, well = (check.result() for check in checks)
    assert (wrong.returncode, well.returncode) == (1, 0)
    assert json.loads(well.stdout)["online"] == {"main": ""}
    assert "asking main (binanceusdm), " in wrong.stderr
    said = dict(line.split(": ", 1) for line in wrong.stdout.splitlines())
    assert said["main"] == "well"
    for name, reason in REFUSED.items():
        assert reason in said[name]


async def test_account_recovers_by_itself_when_its_key_is_mended(house: House) -> None:
    house.exchange.world.set_rights(account="second", enableFutures=False)
    document = house.daemon.document["accounts"][1]["credentials"]
    secret_file(house.folder, document["api_key"]["file"], SECOND_KEY)
    secret_file(house.folder, document["secret"]["file"], SECOND_SECRET)
    for name in ("mistyped", "powerful"):
        await _until(house, "account_unusable", name, 31.0)
        await _until(house, "account_blind", name, 3.0)
        assert (await house.daemon.metrics()).value("equity", account=name) == 5_000


async def _until(house: House, name: str, account_name: str, within: float) -> None:
    """Until that fault of the account is over."""
    await house.daemon.until(
        lambda seen: seen.value(name, account=account_name) == 0,
        within,
        f"{account_name} is no longer {name}",
    )


async def test_no_secret_is_readable_anywhere_after_refusals_either(house: House) -> None:
    assert await house.secrets_shown() == []
