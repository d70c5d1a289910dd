"""`hedgewatch stress`, asked of a real server over a book that a story made."""

import asyncio
import json
import subprocess
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from PIL import Image

from hedgewatch.cli import main
from hedgewatch.config.scenario_files import load_scenarios
from hedgewatch.config.shipped import shipped_scenarios
from hedgewatch.core.model import LegPlan
from hedgewatch.settings import Secret
from hedgewatch.telemetry.http import application, serve
from hedgewatch.telemetry.metrics import DaemonMetrics
from hedgewatch.telemetry.settings import HttpSettings
from hedgewatch.view import EngineView
from tests.support.builders import AIX, ALT, desk, hedge, held, mark, market, read, tiered, tiers
from tests.support.servers import free_port
from tests.support.stories import Story

TIERS = tiers((0.0, 0.02), (50_000.0, 0.05), (250_000.0, 0.10))
ANYWHERE = HttpSettings(listen="127.0.0.1:0")


@dataclass(frozen=True)
class Said:
    """What one call of the program said."""

    code: int
    out: str
    err: str


Ask = Callable[..., Awaitable[Said]]


def _hedged() -> Story:
    """Coins in a wallet and a small long, short in two accounts: only a rise can liquidate."""
    plan = hedge(
        (LegPlan(wallet="cold", asset="ALT"), LegPlan(account="third", symbol=ALT)),
        (LegPlan(account="main", symbol=AIX), LegPlan(account="second", symbol=AIX)),
    )
    scenarios = load_scenarios(shipped_scenarios())
    story = Story(on=replace(desk(plan, accounts=("main", "second", "third")), scenarios=scenarios))
    story.at(0.0, market(AIX), market(ALT))
    positions = {
        "main": held(AIX, -150.0), "second": held(AIX, -100.0), "third": held(ALT, 125e3, 0.4)
    }  # fmt: skip
    for name, position in positions.items():
        story.at(0.0, tiered(AIX, TIERS, name), tiered(ALT, TIERS, name))
        story.at(0.0, read(position, wallet=55_000.0, account=name))
    story.at(0.0, mark(AIX, 1_000.0), mark(ALT, 0.40))
    return story


@pytest.fixture
async def story() -> Story:
    return _hedged()


@pytest.fixture
async def ask(story: Story, capsys: pytest.CaptureFixture[str]) -> AsyncIterator[Ask]:
    view = EngineView(story.engine, {})
    app = application(view, DaemonMetrics("0.0.0"), ANYWHERE)
    async with serve(app, ANYWHERE) as url:

        async def asked(*options: str) -> Said:
            return await _run(["stress", "--url", url, *options], capsys)

        yield asked


async def _run(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> Said:
    code = await asyncio.to_thread(main, arguments)
    said = capsys.readouterr()
    return Said(code, said.out, said.err)


def _row(table: str, scenario: str) -> str:
    return " ".join(next(line for line in table.splitlines() if line.startswith(scenario)).split())


async def test_the_table_says_who_is_liquidated_in_words_and_what_the_hedge_loses(ask: Ask) -> None:
    said = await ask()
    assert (said.code, said.err) == (0, "")
    head = said.out.splitlines()[0].split()
    assert head == ["main/USDT", "second/USDT", "third/USDT", "basket"]
    assert _row(said.out, "now") == "now 10.9% 55,000 6.4% 55,000 1.8% 55,000"
    assert _row(said.out, "all-20") == "all-20 5.3% 85,000 3.3% 75,000 1.8% 45,000 even"
    assert _row(said.out, "all+50").startswith("all+50 LIQUIDATED > 999% -20,000 LIQUIDATED 120.0%")
    assert _row(said.out, "basis+5").endswith("loses 10,000")
    assert "oct-2025      modelled on 2025-10-10" in said.out
    falls = [line for line in said.out.splitlines() if line.startswith(("all-", "oct", "luna"))]
    assert not any("LIQUIDATED" in line for line in falls)


async def test_only_the_scenarios_that_are_asked_for_are_shown(ask: Ask) -> None:
    said = await ask("--scenario", "all+50", "--scenario", "oct-2025")
    assert "all-20" not in said.out
    assert _row(said.out, "all+50")
    document = json.loads((await ask("--json", "--scenario", "all+50")).out)
    assert [each["scenario"] for each in document["scenarios"]] == ["all+50"]
    fallen = {
        pool["account"]: pool["stress"]["all+50"]["stressed_liquidated"]
        for pool in document["pools"]
    }
    assert fallen == {"main": True, "second": True, "third": False}
    assert document["hedges"][0]["stress"]["all+50"].keys() == {
        "stressed_exposure_pnl", "stressed_cover_pnl", "stressed_loss",
    }  # fmt: skip


async def test_an_unknown_scenario_is_a_mistake_with_a_hint(ask: Ask) -> None:
    said = await ask("--scenario", "all-25", "--scenario", "luna")
    assert (said.code, said.out) == (2, "")
    assert "unknown scenario 'all-25' (did you mean 'all-" in said.err
    assert "unknown scenario 'luna' (did you mean 'luna-2022'?)" in said.err


async def test_what_is_unknown_is_never_shown_as_a_number(ask: Ask, story: Story) -> None:
    story.advance(7.0)
    said = await ask()
    assert said.code == 0
    assert _row(said.out, "all-20") == "all-20 unknown unknown unknown unknown"
    assert "main/USDT is unknown: " in said.out


@pytest.mark.parametrize("suffix", ["png", "svg"])
async def test_the_picture_shows_every_pool_its_line_and_now(
    ask: Ask, tmp_path: Path, suffix: str
) -> None:
    file = tmp_path / f"stress.{suffix}"
    said = await ask("--plot", str(file))
    assert (said.code, said.out) == (0, f"drawn: {file}\n")
    if suffix == "png":
        with Image.open(file) as picture:
            assert picture.width > 1_000
    else:
        text = file.read_text()
        for words in ("now", "liquidation", "main/USDT", "second/USDT", "third/USDT"):
            assert f"<!-- {words}" in text


async def test_a_picture_in_another_format_or_of_nothing_is_refused(
    ask: Ask, story: Story, tmp_path: Path
) -> None:
    said = await ask("--plot", str(tmp_path / "stress.doc"))
    assert (said.code, said.out) == (1, "")
    assert "a picture ends in .png or .svg" in said.err
    said = await ask("--plot", str(tmp_path / "no" / "folder.png"))
    assert "cannot be written: No such file or directory" in said.err
    story.advance(7.0)
    said = await ask("--plot", str(tmp_path / "stress.png"))
    assert said.code == 1
    assert "no pool with positions whose numbers are known" in said.err


def test_without_matplotlib_it_says_what_to_install(tmp_path: Path) -> None:
    program = (
        "import sys; sys.modules['matplotlib'] = None\n"
        "from hedgewatch.cli.drawing import CannotPlotError\n"
        "from hedgewatch.cli.stress_plot import plot\n"
        "from pathlib import Path\n"
        "try: plot([{'curve': [[0.0, 0.5]]}], Path('a.png'))\n"
        "except CannotPlotError as error: print(error)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True, cwd=tmp_path
    )
    assert done.stdout == (
        "drawing needs matplotlib, which is not installed: pip install matplotlib\n"
    )


async def test_when_no_daemon_answers_it_says_so_and_fails(
    capsys: pytest.CaptureFixture[str],
) -> None:
    said = await _run(["stress", "--url", f"http://127.0.0.1:{free_port()}"], capsys)
    assert said.code == 1
    assert "no daemon answers at" in said.err
    assert "Connection refused" in said.err
    said = await _run(["stress", "--url", "ftp://127.0.0.1"], capsys)
    assert (said.code, "is no address" in said.err) == (1, True)


async def test_the_configuration_tells_address_and_token_and_nothing_else_is_read(
    story: Story, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    settings = HttpSettings(listen=f"127.0.0.1:{free_port()}")
    app = application(
        EngineView(story.engine, {}), DaemonMetrics("0.0.0"), settings, Secret("hush")
    )
    (tmp_path / "token").write_text("hush\n")
    (tmp_path / "token").chmod(0o600)
    path = tmp_path / "hedgewatch.yaml"
    unreadable = "accounts: [{name: main, credentials: {secret: {file: /root/secret}}}]\n"
    path.write_text(f"{unreadable}http: {{listen: '{settings.listen}', token: {{file: token}}}}\n")
    async with serve(app, settings):
        assert (await _run(["stress", "-c", str(path)], capsys)).code == 0
        said = await _run(["stress", "--url", f"http://{settings.listen}"], capsys)
        assert said.code == 1
        assert "wants its token" in said.err
        (tmp_path / "token").unlink()
        said = await _run(["stress", "-c", str(path)], capsys)
        assert said.code == 2
        assert f"{path}:2:" in said.err
    path.write_text("http: {lisen: here}\n")
    said = await _run(["stress", "-c", str(path)], capsys)
    assert said.code == 2
    assert "unknown key 'lisen' (did you mean 'listen'?)" in said.err


async def test_a_server_that_is_no_hedgewatch_is_not_believed(
    capsys: pytest.CaptureFixture[str],
) -> None:
    async def page(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readline()
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nConnection: close\r\n\r\nhello")
        writer.close()

    server = await asyncio.start_server(page, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    async with server:
        said = await _run(["stress", "--url", f"http://127.0.0.1:{port}"], capsys)
    assert (said.code, "is no hedgewatch" in said.err) == (1, True)
