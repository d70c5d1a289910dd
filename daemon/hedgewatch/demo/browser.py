"""A Chromium without a window, for the pictures of the status page, and for its tests.

By its DevTools protocol: https://chromedevtools.github.io/devtools-protocol/
"""

import asyncio
import itertools
import shutil
import tempfile
from base64 import b64decode
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import aiohttp
import orjson

_FLAGS = (
    "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--disable-dev-shm-usage", "--no-first-run",
    "--hide-scrollbars", "--force-color-profile=srgb", "--remote-debugging-port=0",
)  # fmt: skip
_START_SECONDS, _ANSWER_SECONDS = 30.0, 20.0
_LARGEST_MESSAGE = 64 * 1024 * 1024

Answer = dict[str, Any]


class NoBrowserError(Exception):
    """There is no Chromium here, or it does not start."""


class BrowserError(Exception):
    """It refused what it was asked, or a script of the page failed."""


def find_chromium() -> str:
    """NoBrowserError says what to install."""
    for name in ("chromium", "chromium-browser", "google-chrome"):
        if found := shutil.which(name):
            return found
    raise NoBrowserError("there is no Chromium: apt-get install chromium")


@dataclass(slots=True)
class Line:
    """The socket to the browser: each question has a number, and events come in between."""

    socket: aiohttp.ClientWebSocketResponse
    events: dict[str, list[Answer]] = field(default_factory=dict)
    _numbers: "itertools.count[int]" = field(default_factory=lambda: itertools.count(1))
    _waiting: "dict[int, asyncio.Future[Answer]]" = field(default_factory=dict)

    async def ask(self, method: str, session: str = "", **parameters: Any) -> Answer:
        """The answer to one question."""
        number = next(self._numbers)
        question: Answer = {"id": number, "method": method, "params": parameters}
        if session:
            question["sessionId"] = session
        coming = self._waiting[number] = asyncio.get_running_loop().create_future()
        await self.socket.send_str(orjson.dumps(question).decode())
        async with asyncio.timeout(_ANSWER_SECONDS):
            answer = await coming
        if "error" in answer:
            raise BrowserError(f"{method}: {answer['error'].get('message')}")
        result: Answer = answer["result"]
        return result

    async def listen(self) -> None:
        """Sort what comes, until the socket is closed."""
        async for message in self.socket:
            told = orjson.loads(message.data)
            waiting = self._waiting.pop(told.get("id", 0), None)
            if waiting is not None and not waiting.done():
                waiting.set_result(told)
            elif "method" in told:
                self.events.setdefault(told.get("sessionId", ""), []).append(told)


@dataclass(frozen=True, slots=True)
class Page:
    """One tab."""

    line: Line
    session: str

    @property
    def events(self) -> list[Answer]:
        """What the browser told of it so far."""
        return self.line.events.setdefault(self.session, [])

    async def ask(self, method: str, **parameters: Any) -> Answer:
        return await self.line.ask(method, self.session, **parameters)

    async def look_like(self, width: int, height: int, scheme: Literal["light", "dark"]) -> None:
        """A window of that size, of whom prefers that scheme."""
        await self.ask(
            "Emulation.setDeviceMetricsOverride",
            width=width, height=height, deviceScaleFactor=1, mobile=width < 600,  # noqa: PLR2004
        )  # fmt: skip
        feature = {"name": "prefers-color-scheme", "value": scheme}
        await self.ask("Emulation.setEmulatedMedia", features=[feature])

    async def go(self, url: str) -> None:
        await self.ask("Page.navigate", url=url)

    async def evaluate(self, script: str) -> Any:
        """The value of an expression, awaited where it is a promise."""
        told = await self.ask(
            "Runtime.evaluate", expression=script, returnByValue=True, awaitPromise=True
        )
        if "exceptionDetails" in told:
            raise BrowserError(f"{script}: {told['exceptionDetails']}")
        return told["result"].get("value")

    async def until(self, script: str, within: float) -> Any:
        """The first true value of an expression; TimeoutError."""
        async with asyncio.timeout(within):
            while not (value := await self.evaluate(script)):  # noqa: ASYNC110  # no signal
                await asyncio.sleep(0.05)
        return value

    async def press(self, key: str) -> None:
        """A key of the keyboard, down and up."""
        codes = {"Tab": 9, "Enter": 13, "ArrowLeft": 37, "ArrowRight": 39, "Home": 36}
        text = "\r" if key == "Enter" else ""
        for kind in ("keyDown", "keyUp"):
            await self.ask(
                "Input.dispatchKeyEvent",
                type=kind, key=key, code=key, windowsVirtualKeyCode=codes[key], text=text,
            )  # fmt: skip

    async def tap(self, element: str) -> None:
        """A finger on the first element of that selector, once it is in view."""
        found = f"document.querySelector({element!r})"
        await self.evaluate(f"{found}.scrollIntoView({{block: 'center'}})")
        x, y = await self.evaluate(
            f"(([at]) => [at.x + at.width / 2, at.y + at.height / 2])({found}.getClientRects())"
        )
        await self.ask("Emulation.setTouchEmulationEnabled", enabled=True)
        await self.ask(
            "Input.dispatchTouchEvent", type="touchStart", touchPoints=[{"x": x, "y": y}]
        )
        await self.ask("Input.dispatchTouchEvent", type="touchEnd", touchPoints=[])

    async def screenshot(self) -> bytes:
        """What the window shows, as PNG."""
        return b64decode((await self.ask("Page.captureScreenshot", format="png"))["data"])

    async def close(self) -> None:
        await self.ask("Page.close")


@dataclass(frozen=True, slots=True)
class Browser:
    """A running Chromium."""

    line: Line

    async def page(self) -> Page:
        """A new tab that tells of its console, its log and what it loads."""
        target = (await self.line.ask("Target.createTarget", url="about:blank"))["targetId"]
        attached = await self.line.ask("Target.attachToTarget", targetId=target, flatten=True)
        page = Page(self.line, attached["sessionId"])
        for domain in ("Page", "Runtime", "Log", "Network"):
            await page.ask(f"{domain}.enable")
        return page


@asynccontextmanager
async def browsing(program: str) -> AsyncIterator[Browser]:
    """A browser with a profile of its own, gone with the block. NoBrowserError."""
    with tempfile.TemporaryDirectory(
        prefix="hedgewatch-browser-", ignore_cleanup_errors=True
    ) as at:
        process = await asyncio.create_subprocess_exec(
            program, *_FLAGS, f"--user-data-dir={at}", "about:blank",
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.DEVNULL,
        )  # fmt: skip
        try:
            async with (
                aiohttp.ClientSession() as session,
                session.ws_connect(
                    await _address(Path(at), process), max_msg_size=_LARGEST_MESSAGE
                ) as socket,
                asyncio.TaskGroup() as group,
            ):
                line = Line(socket)
                group.create_task(line.listen())
                yield Browser(line)
                await line.ask("Browser.close")
                await socket.close()
        finally:
            if process.returncode is None:
                process.kill()
            await process.wait()


async def _address(profile: Path, process: asyncio.subprocess.Process) -> str:
    """Where it listens: it writes that down once it does."""
    file = profile / "DevToolsActivePort"
    try:
        async with asyncio.timeout(_START_SECONDS):
            while not (file.exists() and len(lines := file.read_text().splitlines()) > 1):
                if process.returncode is not None:
                    raise NoBrowserError(f"Chromium ended with {process.returncode} at once")
                await asyncio.sleep(0.05)
    except TimeoutError:
        raise NoBrowserError("Chromium does not start") from None
    return f"ws://127.0.0.1:{lines[0]}{lines[1]}"
