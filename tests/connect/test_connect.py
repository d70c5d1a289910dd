"""The whole conversation, against the paper exchange: what is said, and what is written."""

import asyncio
import json
import os
import pty
import signal
import subprocess
from pathlib import Path

import pytest

from hedgewatch.cli import main
from hedgewatch.config.loader import load
from hedgewatch.connect.accounts import GivenUpError
from hedgewatch.connect.dialogue import Dialogue, Wish
from hedgewatch.connect.person import Agreeing
from hedgewatch.sim import DEMO_KEY, DEMO_SECRET, PaperExchange
from hedgewatch.sim.keys import HYPERLIQUID_ADDRESS
from hedgewatch.sim.wire.wires import WIRES
from hedgewatch.venues.known import KNOWN
from hedgewatch.venues.settings import CREDENTIALS
from tests.connect.answers import Scripted
from tests.support.daemons import PROGRAM, PROGRAM_SECONDS
from tests.support.servers import free_port
from tests.venues.fences import ON_PAPER, at, settings_of

pytestmark = pytest.mark.live

KEY = (DEMO_KEY, DEMO_SECRET)


def left(folder: Path) -> list[Path]:
    return list(folder.rglob("*"))


async def talk(person: Scripted, path: Path, paper: PaperExchange, venue: str) -> None:
    wish = Wish(path=path, venue=venue, endpoint=at(paper, venue))
    await asyncio.to_thread(Dialogue(person, wish).run)


@pytest.mark.slow
async def test_from_nothing_to_a_configuration_and_then_a_second_account_beside_it(
    tmp_path: Path,
) -> None:
    """First through a pipe, which needs no terminal."""
    path = tmp_path / "hedgewatch.yaml"
    async with PaperExchange("manual") as paper:
        paper.world.set_spot_balance("AIX", 150)
        where = ["--endpoint", paper.url, paper.ws_url, "-o", str(path)]
        answers = ["binanceusd", "binanceusdm", "", *KEY, "", "ALT 500000, FOO 3", "", ""]
        code, first, complaints = await asyncio.to_thread(_piped, where, answers)
        assert (code, complaints) == (0, "")
        path.write_text(path.read_text().replace("accounts:", "accounts: # mine"))
        second = Scripted("", *KEY, "no", "none", "none", "1", "aix", "", "yes")
        await talk(second, path, paper, "binance")
    for told in (
        "did you mean binanceusdm",
        "what it may do: only read",
        "  AIX/USDT:USDT       -200  200,000 USDT     1,427.2727  42.7 %",
        "alt-aix: ALT in cold, perhaps against AIX/USDT:USDT in main: other coins",
        "well: 1 account, 0 hedges",
        "While it runs, http://127.0.0.1:9464/ shows all of it",
    ):
        assert told in first
    assert second.was_told(
        [
            "1  aix: 150 AIX in spot, against 200 AIX/USDT:USDT in main, 133% covered",
            "well: 2 accounts, 1 hedge",
        ]
    )
    configuration = load(path)
    assert [account.name for account in configuration.accounts] == ["main", "spot"]
    assert configuration.currency == "USDT"
    (hedge,) = configuration.hedges
    assert (hedge.exposure[0].account, hedge.exposure[0].asset) == ("spot", "AIX")
    assert configuration.prices["ALT"].symbol == "ALT/USDT:USDT"
    text = path.read_text()
    assert "accounts: # mine\n" in text
    assert "# FOO: 3 # no account here has a price of it\n" in text
    assert "trusted IPs" not in first + second.text  # on paper
    assert [secret for secret in KEY if secret in text + first + second.text] == []
    names = {file.name: file.stat().st_mode & 0o777 for file in (tmp_path / "keys").iterdir()}
    assert names == dict.fromkeys(
        ["main.api_key", "main.secret", "spot.api_key", "spot.secret"], 0o600
    )


@pytest.mark.parametrize("venue", [venue for venue in ON_PAPER if venue in WIRES])
async def test_every_venue_can_be_connected_to_by_who_takes_all_that_is_proposed(
    venue: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    given = settings_of(venue, monkeypatch)
    wanted = [CREDENTIALS[name] for name in KNOWN[venue].login]
    login = [os.environ[part.upper()] for part in wanted] or [given.address or ""]
    person, path = Scripted(*login), tmp_path / "hedgewatch.yaml"
    async with PaperExchange("manual") as paper:
        wish = Wish(path=path, venue=venue, endpoint=at(paper, venue))
        await asyncio.to_thread(Dialogue(Agreeing(person), wish).run)
        assert paper.violations == []
    assert "not read" not in person.text
    (account,) = load(path).accounts
    assert (account.venue, account.address) == (venue, given.address)
    if account.credentials is not None:
        parts = [getattr(account.credentials, part).read().reveal() for part in wanted]
        assert parts == login


async def test_a_key_that_can_trade_is_refused_with_the_way_to_one_that_cannot(
    tmp_path: Path,
) -> None:
    path = tmp_path / "hedgewatch.yaml"
    async with PaperExchange("manual") as paper:
        paper.world.set_rights(enableFutures=True)
        person = Scripted("main", *KEY, "no")
        with pytest.raises(GivenUpError):
            await talk(person, path, paper, "binanceusdm")
    assert person.was_told(["MORE THAN READ: enableFutures", "leave Enable Reading ticked and"])
    assert left(tmp_path) == []


async def test_after_a_wrong_key_enter_asks_for_it_again(tmp_path: Path) -> None:
    path = tmp_path / "hedgewatch.yaml"
    async with PaperExchange("manual") as paper:
        person = Scripted(
            *("main", "k" * 64, "s" * 64, "", *KEY),
            *("none", "none", "none", "none", str(tmp_path / "keys"), "yes"),
        )
        await talk(person, path, paper, "binanceusdm")
    assert person.was_told(["the venue refuses the key", "what was typed must lie somewhere"])
    assert [account.name for account in load(path).accounts] == ["main"]


async def test_who_answers_for_a_key_that_cannot_be_verified_may_go_on_even_if_the_venue_is_down(
    tmp_path: Path,
) -> None:
    """Kraken Futures does not tell what its keys may do."""
    path, port = tmp_path / "hw.yaml", free_port()
    endpoint = {"rest": f"http://127.0.0.1:{port}", "ws": f"ws://127.0.0.1:{port}"}
    person = Scripted("kf", "k" * 56, "c2VjcmV0" * 11, "yes", "none", "none", "", "yes")
    wish = Wish(path=path, venue="krakenfutures", endpoint=endpoint)
    await asyncio.to_thread(Dialogue(person, wish).run)
    assert person.was_told(
        ["what it may do: not told by the venue", "not read: the venue cannot be reached"]
    )
    (account,) = load(path).accounts
    assert account.allow_unverified_key


@pytest.mark.parametrize(
    ("written", "code", "said"),
    [
        ("accounts: [\n", 2, "hw.yaml:2:1: this is not YAML"),
        ("accounts: []\nfoo: 1\n", 2, "unknown key"),
    ],
)
def test_a_file_that_is_wrong_is_not_added_to(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], written: str, code: int, said: str
) -> None:
    path = tmp_path / "hw.yaml"
    path.write_text(written)
    assert main(["connect", "-o", str(path)]) == code
    assert said in capsys.readouterr().err
    assert path.read_text() == written


async def test_what_cannot_be_put_into_a_file_is_shown_instead(tmp_path: Path) -> None:
    path = tmp_path / "hw.yaml"
    async with PaperExchange("manual") as paper:
        where = json.dumps(at(paper, "hyperliquid"))
        account = f'name: hl, venue: hyperliquid, address: "{HYPERLIQUID_ADDRESS}"'
        text = f"accounts: [{{{account}, endpoint: {where}}}]\n"
        path.write_text(text)
        person = Scripted("main", *KEY, "none", "none", "", "yes")
        with pytest.raises(GivenUpError, match="this belongs into it:\naccounts:\n- name: main"):
            await talk(person, path, paper, "binanceusdm")
    assert path.read_text() == text
    assert left(tmp_path) == [path]


def _piped(arguments: list[str], answers: list[str]) -> tuple[int, str, str]:
    done = subprocess.run(
        [PROGRAM, "connect", *arguments],
        input="\n".join(answers),
        capture_output=True,
        text=True,
        timeout=PROGRAM_SECONDS,
        check=False,
    )
    return done.returncode, done.stdout, done.stderr


def _until(terminal: int, wanted: bytes) -> bytes:
    """What the program wrote until it asks."""
    said = b""
    while not said.endswith(wanted):
        said += os.read(terminal, 4096)
    return said


@pytest.mark.slow
def test_at_a_terminal_a_secret_is_not_shown_and_ctrl_c_leaves_nothing(
    tmp_path: Path,
) -> None:
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        ["env", "--default-signal=INT", PROGRAM, "connect", "-o", tmp_path / "hw.yaml"],
        stdin=theirs, stdout=theirs, stderr=theirs, start_new_session=True,
    )  # fmt: skip
    os.close(theirs)
    said = b""
    for asked, answer in ((b"venue? ", b"binanceusd\t"), (b"[main] ", b"")):
        said += _until(ours, asked)
        os.write(ours, answer + b"\n")
    said += _until(ours, b"only Enter: it is elsewhere): ")
    os.write(ours, b"sesame0000\n")
    said += _until(ours, b"The secret (it is not shown): ")
    process.send_signal(signal.SIGINT)
    assert process.wait(20) == 130
    os.close(ours)
    assert b"sesame" not in said
    assert left(tmp_path) == []
