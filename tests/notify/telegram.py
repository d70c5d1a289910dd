"""The Bot API of Telegram as far as an alert needs it, with the limits that the real one has."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any

from aiohttp import web

from tests.support.serving import serving

TOKEN = "123456789:canary-b7c1-of-telegram-abcdef"
CHAT = 12315544
LONGEST_UNITS = 4096  # of UTF-16, after the entities are parsed
_TAGS = {
    "b",
    "strong",
    "i",
    "em",
    "u",
    "ins",
    "s",
    "strike",
    "del",
    "code",
    "pre",
    "a",
    "tg-spoiler",
}
_NAMED = {"lt": "<", "gt": ">", "amp": "&", "quot": '"'}


class BadRequestError(Exception):
    pass


class EntitiesError(BadRequestError):
    def __init__(self, words: str) -> None:
        super().__init__(f"can't parse entities: {words}")


class _Parser(HTMLParser):
    """Telegram's HTML: few tags, each closed, four named entities."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=False)
        self.shown, self.open, self.links = "", list[str](), list[str]()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in _TAGS:
            raise EntitiesError(f'Unsupported start tag "{tag}"')
        self.open.append(tag)
        self.links += [str(value) for name, value in attrs if name == "href"]

    def handle_endtag(self, tag: str) -> None:
        if not self.open or self.open.pop() != tag:
            raise EntitiesError(f'Unexpected end tag "{tag}"')

    def handle_data(self, data: str) -> None:
        if "<" in data:
            raise EntitiesError("Unclosed start tag")
        self.shown += data

    def handle_entityref(self, name: str) -> None:
        self.shown += _NAMED.get(name, f"&{name};")

    def handle_charref(self, name: str) -> None:
        self.shown += chr(int(name.lstrip("x"), 16 if name.startswith("x") else 10))

    def handle_comment(self, data: str) -> None:
        raise EntitiesError(f"Unsupported comment {data}")


@dataclass(slots=True)
class Telegram:
    """What its chat shows; before that, each of `answers`: a status, and seconds to wait."""

    answers: list[tuple[int, int]] = field(default_factory=list)
    shown: list[str] = field(default_factory=list)
    links: list[str] = field(default_factory=list)
    url: str = ""

    async def send_message(self, request: web.Request) -> web.Response:
        if request.match_info["token"] != TOKEN:
            return _refusal(401, "Unauthorized")
        if self.answers:
            status, seconds = self.answers.pop(0)
            return _refusal(status, "Too Many Requests" if seconds else "told to", seconds)
        try:
            return self._shown(await request.json())
        except BadRequestError as error:
            return _refusal(400, f"Bad Request: {error}")

    def _shown(self, fields: Mapping[str, Any]) -> web.Response:
        if fields.get("chat_id") != CHAT:
            raise BadRequestError("chat not found")
        parser = _parsed(fields["text"], fields.get("parse_mode"))
        if not parser.shown.strip():
            raise BadRequestError("message text is empty")
        if len(parser.shown.encode("utf-16-le")) // 2 > LONGEST_UNITS:
            raise BadRequestError("message is too long")
        self.shown.append(parser.shown)
        self.links += parser.links
        return web.json_response({"ok": True, "result": {"message_id": len(self.shown)}})


def _parsed(text: str, mode: str | None) -> _Parser:
    parser = _Parser()
    if mode is None:
        parser.shown = text
        return parser
    if mode != "HTML":
        raise EntitiesError(f"this server reads HTML alone, not {mode}")
    parser.feed(text)
    parser.close()
    if parser.open:
        raise EntitiesError(f'Can\'t find end tag corresponding to start tag "{parser.open[-1]}"')
    return parser


def _refusal(status: int, words: str, seconds: int = 0) -> web.Response:
    told: dict[str, Any] = {"ok": False, "error_code": status, "description": words}
    if seconds:
        told["parameters"] = {"retry_after": seconds}
    return web.json_response(told, status=status)


@asynccontextmanager
async def chatting(telegram: Telegram) -> AsyncIterator[Telegram]:
    async with serving("/bot{token}/sendMessage", telegram.send_message) as root:
        telegram.url = f"{root}/bot"
        yield telegram
