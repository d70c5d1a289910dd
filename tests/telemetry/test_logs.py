"""One pipe for every line, and no secret in any of them."""

import asyncio
import io
import json
import logging
import subprocess
import sys
import threading
import warnings
from collections.abc import Callable, Iterator
from urllib.parse import quote

import pytest
import structlog

from hedgewatch.telemetry.logs import Format, configure
from hedgewatch.telemetry.redaction import REDACTED, Redactor
from hedgewatch.telemetry.runbooks import runbook_page

CANARY = 'cAnArY/9+"\\key=='
LISTEN_KEY = "pqia91ma19a5s61cv6a81va65sdf19v8a65a1"


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.fixture(autouse=True)
def as_before() -> Iterator[None]:
    """Logging belongs to the process: give it back as it was."""
    root = logging.getLogger()  # noqa: TID251 (what is put back)
    handlers, level = root.handlers[:], root.level
    hooks = sys.excepthook, threading.excepthook, sys.unraisablehook
    yield
    root.handlers[:] = handlers
    root.setLevel(level)
    sys.excepthook, threading.excepthook, sys.unraisablehook = hooks
    logging.captureWarnings(capture=False)
    structlog.reset_defaults()
    structlog.contextvars.clear_contextvars()


def started(fmt: Format = "json", level: str = "info") -> tuple[io.StringIO, Redactor]:
    stream, redactor = io.StringIO(), Redactor([CANARY])
    configure(stream, redactor, fmt, level)
    return stream, redactor


def only_line(stream: io.StringIO) -> dict[str, object]:
    (line,) = stream.getvalue().splitlines()
    read: dict[str, object] = json.loads(line)
    return read


def library(name: str = "some.library") -> logging.Logger:
    return logging.getLogger(name)  # noqa: TID251 (a library does this)


def test_a_line_is_one_object_with_its_event_level_time_and_logger() -> None:
    stream, _ = started()
    structlog.get_logger("hedgewatch.app").info("started", accounts=2)
    line = only_line(stream)
    assert (line["event"], line["level"], line["accounts"]) == ("started", "info", 2)
    assert line["logger"] == "hedgewatch.app"
    assert str(line["timestamp"]).endswith("Z")


def test_a_library_speaks_through_the_same_pipe() -> None:
    stream, _ = started()
    library().warning("lost %s after %d tries", "the broker", 3)
    line = only_line(stream)
    assert (line["event"], line["level"]) == ("lost the broker after 3 tries", "warning")


def test_what_is_bound_to_a_task_is_in_every_line_of_it() -> None:
    stream, _ = started()
    with structlog.contextvars.bound_contextvars(account="main"):
        library().warning("dropped")
    assert only_line(stream)["account"] == "main"


def test_on_a_terminal_lines_are_for_people_and_elsewhere_for_machines() -> None:
    terminal, file = Terminal(), io.StringIO()
    configure(terminal, Redactor(), "auto")
    structlog.get_logger("hedgewatch").info("started")
    configure(file, Redactor(), "auto")
    structlog.get_logger("hedgewatch").info("started")
    assert "\x1b[" in terminal.getvalue()
    assert only_line(file)["event"] == "started"


def test_a_quiet_level_keeps_lesser_lines_out_and_libraries_do_not_chatter() -> None:
    stream, _ = started(level="warning")
    structlog.get_logger("hedgewatch").info("started")
    library().info("chatter")
    assert stream.getvalue() == ""
    stream, _ = started()
    library("apscheduler.executors.default").info("Job executed")
    assert stream.getvalue() == ""


def test_to_make_the_page_of_the_runbooks_is_no_story_whatever_is_asked_of_the_log() -> None:
    stream, _ = started(level="debug")
    assert "<td>" in runbook_page("# Rules\n\n| a |\n|---|\n| b |\n")
    assert stream.getvalue() == ""


def test_infinity_and_odd_values_do_not_lose_the_line() -> None:
    stream, _ = started()
    structlog.get_logger("hedgewatch").info(
        "judged", distance=float("inf"), many=[float("-inf")], big=10**30, torn="\udc80", kind=int
    )
    line = only_line(stream)
    assert line["distance"] == "inf"
    assert line["many"] == ["-inf"]
    assert line["big"] == 10**30
    assert line["kind"] == "<class 'int'>"


def test_a_traceback_shows_where_but_never_the_values_of_the_frames() -> None:
    for fmt in ("json", "console"):
        stream = io.StringIO()
        configure(stream, Redactor(), fmt)
        _logged_exception("0ff1ce", "value-of-a-local")
        assert "_logged_exception" in stream.getvalue()
        assert "value-of-a-local" not in stream.getvalue()


def _fail(text: str) -> None:
    raise ConnectionError(f"GET https://fapi.example/order?signature={text}&timestamp=1 refused")


def _logged_exception(secret: str, _only_in_the_frame: str = "") -> None:
    try:
        _fail(secret)
    except ConnectionError:
        structlog.get_logger("hedgewatch").exception("request_failed")


def _library_exception(secret: str) -> None:
    try:
        _fail(secret)
    except ConnectionError:
        library().exception("request failed")


def _chained_exception(secret: str) -> None:
    try:
        try:
            _fail(secret)
        except ConnectionError as error:
            raise RuntimeError("down") from error
    except RuntimeError:
        library().exception("down")


def _crash(secret: str) -> None:
    try:
        _fail(secret)
    except ConnectionError as error:
        sys.excepthook(type(error), error, error.__traceback__)


def _thread_crash(secret: str) -> None:
    thread = threading.Thread(target=_fail, args=(secret,))
    thread.start()
    thread.join()


def _lost_task(secret: str) -> None:
    async def lose() -> None:
        context = {"message": f"lost {secret}", "exception": ValueError(secret)}
        asyncio.get_running_loop().call_exception_handler(context)

    asyncio.run(lose())


class _Vault:
    def __init__(self, secret: str) -> None:
        self.secret = secret

    def __repr__(self) -> str:
        return f"Vault({self.secret!r})"


PATHS: dict[str, Callable[[str], object]] = {
    "event": lambda it: structlog.get_logger("x").info(f"got {it}"),
    "field": lambda it: structlog.get_logger("x").info("got", note=it),
    "telling name": lambda it: structlog.get_logger("x").info("got", api_key="short", secret=it),
    "nested": lambda it: structlog.get_logger("x").info("got", config={"a": [{"b": it}]}),
    "key": lambda it: structlog.get_logger("x").info("got", config={it: 1}),
    "bytes": lambda it: structlog.get_logger("x").info("got", body=it.encode()),
    "repr": lambda it: structlog.get_logger("x").info("got", vault=_Vault(it)),
    "bound": lambda it: structlog.get_logger("x").bind(note=it).info("got"),
    "percent": lambda it: library().warning("got %s", it),
    "dictionary": lambda it: library().warning("got %s", {"apiKey": it}),
    "quoted": lambda it: library().warning("got https://x.example/?a=%s", quote(it, safe="")),
    "json in text": lambda it: library().warning("got %s", json.dumps({"x": it})),
    "bad percent": lambda it: library().warning("got %d", it),
    "too few": lambda it: library().warning("got %s %s", it),
    "exception": _logged_exception,
    "library exception": _library_exception,
    "cause": _chained_exception,
    "stack": lambda it: library().warning("got %s", it, stack_info=True),
    "warning": lambda it: warnings.warn(f"got {it}", stacklevel=1),
    "crash": _crash,
    "thread": _thread_crash,
    "task": _lost_task,
}


@pytest.mark.parametrize("fmt", ["json", "console"])
@pytest.mark.parametrize("path", PATHS)
@pytest.mark.filterwarnings("default")
def test_a_secret_appears_on_no_path_into_the_log(
    path: str, fmt: Format, capsys: pytest.CaptureFixture[str]
) -> None:
    stream, _ = started(fmt)
    PATHS[path](CANARY)
    captured = capsys.readouterr()
    written = stream.getvalue() + captured.out + captured.err
    assert stream.getvalue()
    assert "cAnArY" not in written
    assert "short" not in written


def test_a_line_that_cannot_be_made_is_reported_as_lost() -> None:
    stream, _ = started()
    library().warning("got %d", CANARY)
    assert only_line(stream)["event"] == "log_line_lost"


def test_a_listen_key_is_hidden_once_it_is_known() -> None:
    stream, redactor = started()
    redactor.learn(LISTEN_KEY)
    structlog.get_logger("hedgewatch").info("connected", url=f"wss://x.example/ws/{LISTEN_KEY}")
    assert only_line(stream)["url"] == f"wss://x.example/ws/{REDACTED}"


@pytest.mark.parametrize(
    "text",
    [
        "GET https://x.example/a?timestamp=1&signature=0ff1ce&recvWindow=5000",
        "https://x.example/?apiKey=0ff1ce",
        "wss://x.example/ws?listenKey=0ff1ce",
        "https://x.example/?token=0ff1ce",
        "{'X-MBX-APIKEY': '0ff1ce'}",
        '{"listenKey":"0ff1ce"}',
        '"{\\"listenKey\\":\\"0ff1ce\\"}"',
        "Authorization: Bearer 0ff1ce0ff1ce",
        "tgram://0ff1ce@chat",
        "mqtt://desk:0ff1ce@127.0.0.1:1883",
    ],
)
def test_what_looks_like_a_secret_is_hidden_though_nobody_knew_it(text: str) -> None:
    assert "0ff1ce" not in Redactor().text(text)


@pytest.mark.parametrize(
    "text",
    [
        "http.token: file /etc/hedgewatch/token does not exist",
        "design=new",
        "rules/margin.yaml:6:14: unknown measure 'margin_ration'",
        "main/AIX/USDT:USDT: 18.0 % to liquidation at 1,180 (basic margin)",
    ],
)
def test_what_is_no_secret_stays_readable(text: str) -> None:
    assert Redactor().text(text) == text


def test_every_line_of_a_private_key_is_hidden() -> None:
    key = "-----BEGIN PRIVATE KEY-----\nMC4CAQAwBQYDK2VwBCIEIA\nabcdefgh\n-----END PRIVATE KEY-----"
    shown = Redactor([key]).text(f"found MC4CAQAwBQYDK2VwBCIEIA and abcdefgh in {key}")
    assert "MC4C" not in shown
    assert "abcdefgh" not in shown


def test_a_crash_of_the_whole_process_is_one_line_without_the_secret() -> None:
    program = (
        "import sys; from hedgewatch.telemetry.logs import configure;"
        "from hedgewatch.telemetry.redaction import Redactor;"
        "configure(sys.stderr, Redactor(['the-canary']), 'json');"
        "raise RuntimeError('no answer to the-canary')"
    )
    ended = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=False
    )
    assert ended.returncode == 1
    assert json.loads(ended.stderr)["event"] == "crashed"
    assert "the-canary" not in ended.stdout + ended.stderr
