"""What `hedgewatch keys` says of keys, at venues that answer and at one that is down."""

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from hedgewatch.cli import main
from hedgewatch.sim import DEMO_KEY, DEMO_SECRET, SECOND_KEY, SECOND_SECRET, PaperExchange
from tests.support.daemons import account
from tests.support.servers import free_port

pytestmark = pytest.mark.live

SCHEMES = (("rest", "http"), ("ws", "ws"))


def write(folder: Path, *accounts: dict[str, Any]) -> str:
    path = folder / "hedgewatch.yaml"
    path.write_text(yaml.safe_dump({"accounts": list(accounts), "store": "state.db"}))
    return str(path)


async def keys(*arguments: str) -> int:
    return await asyncio.to_thread(main, ["keys", *arguments])


async def test_a_key_that_only_reads_is_well_and_on_paper_nothing_would_be_better(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    async with PaperExchange("manual") as paper:
        path = write(tmp_path, account(tmp_path, paper))
        assert await keys("-c", path) == 0
    said = capsys.readouterr()
    assert said.out == (
        "main (binanceusdm): well\n"
        "  may    only read\n"
        "  from   everywhere\n"
        "  until  the venue does not say\n"
    )
    assert said.err == ""


async def test_each_key_has_a_verdict_of_its_own_and_one_bad_one_is_a_failed_check(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A powerful one, one that the venue does not know, a venue that is down; nobody guesses."""
    async with PaperExchange("manual") as paper:
        paper.world.set_rights(enableWithdrawals=True, enableFutures=True)
        nowhere = {kind: f"{scheme}://127.0.0.1:{free_port()}" for kind, scheme in SCHEMES}
        path = write(
            tmp_path,
            account(tmp_path, paper),
            account(tmp_path, paper, "second", key=SECOND_KEY, secret=SECOND_SECRET),
            account(tmp_path, paper, "stranger", key="k" * 64),
            account(tmp_path, paper, "away", venue="binance", endpoint=nowhere),
        )
        assert await keys("-c", path, "--json") == 1
        told = capsys.readouterr().out
        assert await keys("-c", path, "second") == 0
        assert await keys("-c", path, "main") == 1
    seen = {one["account"]: one for one in json.loads(told)["accounts"]}
    assert {name: one["verdict"] for name, one in seen.items()} == {
        "main": "can_trade", "second": "reads", "stranger": "refused", "away": "not_told",
    }  # fmt: skip
    assert seen["main"]["powers"] == ["enableFutures", "enableWithdrawals"]
    assert "delete it and make one that can only read" in seen["main"]["to_do"]
    assert seen["second"]["well"]
    assert seen["away"]["reason"].startswith("the venue cannot be reached")
    said = told + capsys.readouterr().out
    assert "MORE THAN READ: enableFutures, enableWithdrawals" in said
    for secret in (DEMO_KEY, DEMO_SECRET, SECOND_KEY, SECOND_SECRET, "k" * 64):
        assert secret not in said


async def test_a_venue_that_hangs_is_given_up_in_time_and_an_unknown_account_at_once(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    async with PaperExchange("manual") as paper:
        paper.faults.rest_outage("hang")
        path = write(tmp_path, account(tmp_path, paper))
        assert await keys("-c", path, "--timeout", "0.3") == 1
        assert "  why    no answer within 0.3 s\n" in capsys.readouterr().out
        assert await keys("-c", path, "mian") == 2
        assert capsys.readouterr().err == (
            "hedgewatch: unknown account 'mian' (did you mean 'main'?)\n"
        )
