"""`hedgewatch alerts`, `ack` and `silence`, asked of a real server."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from hedgewatch.cli import main
from hedgewatch.core.alert_model import Acknowledgement
from hedgewatch.settings import Secret
from hedgewatch.telemetry.http import application, serve
from hedgewatch.telemetry.settings import HttpSettings
from tests.commands.room import Room
from tests.notify.alerts import NOON
from tests.support.servers import free_port
from tests.telemetry.desk import Desk, busy_daemon

ANYWHERE = HttpSettings(listen="127.0.0.1:0")
TOKEN = "a-token-of-some-length"


@dataclass(frozen=True)
class Said:
    code: int
    out: str
    err: str


Ask = Callable[..., Awaitable[Said]]


@pytest.fixture
def room() -> Room:
    return Room()


@pytest.fixture
async def ask(room: Room, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> AsyncIterator[Ask]:
    desk = Desk()
    desk.standing = room.alerts
    app = application(desk, busy_daemon(), ANYWHERE, Secret(TOKEN), room.commands)
    async with serve(app, ANYWHERE) as url:
        (tmp_path / "token").touch(mode=0o600)
        (tmp_path / "token").write_text(TOKEN)
        listen = url.removeprefix("http://")
        file = tmp_path / "hedgewatch.yaml"
        file.write_text(f"http: {{listen: '{listen}', token: {{file: token}}}}\n")

        async def asked(*words: str) -> Said:
            return await _run([*words, "-c", str(file)], capsys)

        yield asked


async def _run(words: list[str], capsys: pytest.CaptureFixture[str]) -> Said:
    with capture_logs():  # of the server, which would log to the same output
        code = await asyncio.to_thread(main, words)
    said = capsys.readouterr()
    return Said(code, said.out, said.err)


async def test_a_token_that_was_set_after_the_start_is_said_to_want_a_restart_only(
    room: Room, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    app = application(Desk(), busy_daemon(), ANYWHERE, None, room.commands)
    file = tmp_path / "hedgewatch.yaml"
    (tmp_path / "token").touch(mode=0o600)
    (tmp_path / "token").write_text(TOKEN)
    async with serve(app, ANYWHERE) as url:
        listen = url.removeprefix("http://")
        ends = []
        for token in ("", ", token: {file: token}"):
            file.write_text(f"http: {{listen: '{listen}'{token}}}\n")
            said = await _run(["ack", "MarginDanger", "-c", str(file)], capsys)
            assert (said.code, said.out) == (1, "")
            ends.append(said.err.partition("set http.token in its configuration ")[2].strip())
    assert ends == ["and restart it", "and restart it (it is set already: restart it)"]


async def test_alerts_shows_what_stands_the_worst_first(ask: Ask, room: Room) -> None:
    seen = Acknowledgement(by="anna", at=NOON, until=NOON + 7200, comment="on it")
    room.alerts[0] = replace(room.alerts[0], acknowledged=seen)
    await ask("silence", "add", "hedge=ai-basket", "--for", "1h", "--by", "bert")
    said = await ask("alerts")
    heading, *lines = said.out.splitlines()
    assert said.code == 0
    assert heading.split() == ["state", "severity", "alert", "subject", "since", "episode"]
    assert [line.split()[2:4] for line in lines[:3]] == [
        ["MarginDanger", "main/USDT"],
        ["MarginDanger", "second/USDT"],
        ["HedgeDrift", "ai-basket"],
    ]
    assert "2026-09-21 14:13:20Z  3f2a9c01" in lines[0]
    assert "acknowledged by anna until 2026-09-21 16:13:20Z: on it; main/USDT: margin" in lines[0]
    assert "silenced by bert until 2026-09-21 15:14:20Z" in lines[2]
    assert lines[3] == "1 more pending: --all shows them"
    assert "FundingDrain" in (await ask("alerts", "--all")).out


async def test_of_an_alert_that_is_calm_for_now_alerts_says_so_in_the_words_of_its_end(
    ask: Ask, room: Room
) -> None:
    texts = {**room.alerts[0].annotations, "resolved": "main/USDT: margin ratio 6.9 % again"}
    room.alerts[0] = replace(room.alerts[0], clear_since=NOON + 30, annotations=texts)
    calm = "calm since 2026-09-21 14:13:50Z, resolved if that lasts; main/USDT: margin ratio 6.9 %"
    assert calm in (await ask("alerts")).out


async def test_alerts_as_json_is_what_the_daemon_says(ask: Ask) -> None:
    said = await ask("alerts", "--json")
    assert [alert["alertname"] for alert in json.loads(said.out)["alerts"]] == [
        "MarginDanger", "MarginDanger", "HedgeDrift",
    ]  # fmt: skip


async def test_no_alert_is_said_in_words(ask: Ask, room: Room) -> None:
    room.alerts.clear()
    assert (await ask("alerts")).out == "no alert stands\n"


async def test_ack_says_which_alert_it_was_and_until_when(ask: Ask, room: Room) -> None:
    said = await ask("ack", "MarginDanger", "account=main", "--for", "2h", "--by", "anna")
    assert (said.code, said.err) == (0, "")
    assert said.out == (
        "acknowledged: MarginDanger main/USDT (critical), until 2026-09-21 16:14:20Z\n"
    )
    assert [(event.by, event.until) for event in room.published] == [("anna", room.now + 7200)]


async def test_ack_of_several_shows_them_and_all_takes_them(ask: Ask, room: Room) -> None:
    said = await ask("ack", "MarginDanger")
    assert (said.code, said.out, room.published) == (1, "", [])
    assert "2 alerts match: say which" in said.err
    assert "second/USDT" in said.err
    said = await ask("ack", "MarginDanger", "--all")
    assert (said.code, len(room.published)) == (0, 2)


async def test_ack_of_nothing_that_stands_shows_what_does(ask: Ask) -> None:
    said = await ask("ack", "MarginDangr")
    assert said.code == 1
    assert "did you mean 'MarginDanger'?" in said.err
    assert "ai-basket" in said.err
    assert all("2026-09-21 14:1" in line for line in said.err.splitlines()[2:])  # since when


async def test_what_is_written_wrong_is_said_with_exit_code_2(ask: Ask) -> None:
    said = await ask("ack", "MarginDanger", "--for", "2 hours", "--by", "")
    assert said.code == 2
    assert said.err.splitlines() == [
        "hedgewatch: by: must be the name of a person, of at most 64 signs",
        "hedgewatch: for: a duration must read like 500ms, 30s, 5m, 1h30m or 2d",
    ]
    assert (await ask("ack", "MarginDanger", "HedgeDrift")).code == 2


async def test_an_acknowledgement_is_withdrawn(ask: Ask, room: Room) -> None:
    seen = Acknowledgement(by="anna", at=NOON)
    room.alerts[2] = replace(room.alerts[2], acknowledged=seen)
    said = await ask("ack", "HedgeDrift", "--withdraw")
    assert said.out == "no longer acknowledged: HedgeDrift ai-basket (warning)\n"
    assert [event.withdrawn for event in room.published] == [True]


async def test_a_silence_is_added_listed_and_removed(ask: Ask, room: Room) -> None:
    room.alerts[1] = replace(room.alerts[1], silenceable=False)
    said = await ask("silence", "add", "MarginDanger", "--for", "2h", "--comment", "moving coins")
    assert said.out.splitlines() == [
        "silence silence1 until 2026-09-21 16:14:20Z, up to critical",
        "quiet: MarginDanger main/USDT (critical)",
        "told all the same, it cannot be silenced: MarginDanger second/USDT (critical)",
    ]
    said = await ask("silence", "list")
    assert 'alertname="MarginDanger"' in said.out
    assert said.out.splitlines()[1].endswith("moving coins")
    assert (await ask("silence", "remove", "silence1")).out.startswith("ended: alertname=")
    assert (await ask("silence", "list")).out == "nothing is silenced\n"
    said = await ask("silence", "remove", "silence1")
    assert (said.code, said.err) == (
        1, "hedgewatch: no silence is called 'silence1': there are none\n",
    )  # fmt: skip


async def test_a_silence_of_a_name_that_is_wrong_says_that_nothing_is_meant_by_it(ask: Ask) -> None:
    said = await ask("silence", "add", "HedgeDirft", "--for", "2h")
    assert said.code == 0
    assert said.out.splitlines()[1:] == [
        "nothing that stands now is meant by it: are the names right?"
    ]


async def test_a_dead_disk_is_said_and_the_command_works(ask: Ask, room: Room) -> None:
    room.disk.failing = True
    said = await ask("ack", "HedgeDrift")
    assert said.code == 0
    assert "done, but not stored (no space left on device)" in said.out


async def test_without_the_token_it_says_where_it_is_found(
    room: Room, capsys: pytest.CaptureFixture[str]
) -> None:
    app = application(Desk(), busy_daemon(), ANYWHERE, Secret(TOKEN), room.commands)
    async with serve(app, ANYWHERE) as url:
        said = await _run(["ack", "HedgeDrift", "--url", url], capsys)
    assert (said.code, room.published) == (1, [])
    assert "wants its token: name its configuration, -c FILE" in said.err


async def test_a_daemon_that_is_not_there_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    said = await _run(["alerts", "--url", f"http://127.0.0.1:{free_port()}"], capsys)
    assert said.code == 1
    assert "no daemon answers" in said.err
