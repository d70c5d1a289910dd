"""`hedgewatch report` of a store."""

import asyncio
import json
from functools import partial
from pathlib import Path

import pytest

from hedgewatch.cli import main
from hedgewatch.reports import minute
from hedgewatch.store import Store
from tests.reports.days import SUNDAY, Pool, firing, minutes_of
from tests.reports.watching import lines

_BERLIN = ["--timezone", "Europe/Berlin", "--at", "2026-11-29"]


@pytest.fixture
def store(tmp_path: Path) -> Path:
    path = tmp_path / "state.db"

    async def write() -> None:
        store = await Store.open(path)
        for each in [*minutes_of(SUNDAY, Pool("main/USDT"))][:20]:
            await store.history.keep(each.begins, partial(minute.encode, each))
        news = lines(firing("MarginDanger", SUNDAY.begins + 60.0, episode="a"))
        await store.history.happened([(SUNDAY.begins + 60.0, text) for text in news])
        await store.close()

    asyncio.run(write())
    return path


def test_it_prints_a_day_of_a_store(store: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["report", "--store", str(store), *_BERLIN]) == 0
    said = capsys.readouterr().out
    assert said.startswith("desk-1: daily report, Sunday 29 November 2026\n")
    assert "MarginDanger main/USDT" in said
    assert "nobody watched from 00:20 to 00:00" in said


@pytest.mark.parametrize(
    ("shape", "begins"), [("md", "# desk-1: weekly"), ("html", "<!doctype html>"), ("json", "{")]
)
def test_it_writes_the_shape_that_is_asked_for(
    store: Path, capsys: pytest.CaptureFixture[str], shape: str, begins: str
) -> None:
    asked = ["report", "--store", str(store), "--weekly", *_BERLIN, "--format", shape]
    assert main(asked) == 0
    assert capsys.readouterr().out.startswith(begins)
    out = store.with_name(f"report.{shape}")
    assert main([*asked, "--out", str(out)]) == 0
    assert capsys.readouterr().out.startswith(f"{out}: desk-1: weekly review, 23 to 29 November")
    assert out.read_text().startswith(begins)


def test_as_json_it_has_the_figures_and_every_shape(
    store: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["report", "--store", str(store), *_BERLIN, "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    (pool,) = told["figures"]["pools"]
    assert pool["change"] == pytest.approx(sum(pool["parts"].values()))
    assert told["figures"]["period"] == {
        "kind": "daily", "first": "2026-11-29", "last": "2026-11-29", "timezone": "Europe/Berlin",
    }  # fmt: skip
    assert {"title", "brief", "text", "markdown", "html", "mail"} <= told.keys()


def test_what_cannot_be_reported_is_said(store: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["report", "--store", str(store) + "x"]) == 1
    assert "does not exist" in capsys.readouterr().err
    assert main(["report", "--store", str(store), "--timezone", "Berlin"]) == 1
    assert "no such timezone is known here" in capsys.readouterr().err
    assert main(["report", "--store", str(store), "--out", "/nowhere/at.all"]) == 1
    assert "/nowhere/at.all cannot be written" in capsys.readouterr().err
    with pytest.raises(SystemExit):
        main(["report", "--store", str(store), "--at", "yesterday-ish"])
    assert "must read like 2026-11-29" in capsys.readouterr().err
