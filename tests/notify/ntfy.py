"""An ntfy server as far as an alert needs it, with the limits that the real one has by default."""

import base64
import json
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from aiohttp import web

from tests.support.serving import serving

PASSWORD = "canary-b7c1-of-ntfy"
LONGEST_JSON = 8192
LONGEST_MESSAGE = 4096
_TOPIC = re.compile(r"[-_A-Za-z0-9]{1,64}")
_KNOWN = {"topic", "message", "title", "tags", "priority", "click", "actions", "icon"}


@dataclass(slots=True)
class Ntfy:
    """What its topic shows; before that, each status of `answers`."""

    answers: list[int] = field(default_factory=list)
    shown: list[str] = field(default_factory=list)
    url: str = ""

    async def publish(self, request: web.Request) -> web.Response:
        expected = base64.b64encode(f"desk:{PASSWORD}".encode()).decode()
        if request.headers.get("Authorization") != f"Basic {expected}":
            return _refusal(401, 40101, "unauthorized")
        if self.answers:
            return _refusal(self.answers.pop(0), 42901, "limit reached")
        content = await request.read()
        fields = json.loads(content)
        if len(content) > LONGEST_JSON or len(fields["message"].encode()) > LONGEST_MESSAGE:
            return _refusal(413, 41301, "too large, and attachments are not allowed")
        odd = not fields.keys() <= _KNOWN or not _TOPIC.fullmatch(fields["topic"])
        if odd or "X-Markdown" in request.headers:  # these alerts are plain text
            return _refusal(400, 40024, "invalid request")
        self.shown.append(f"{fields.get('title', '')}\n{fields['message']}")
        return web.json_response({"id": "x", "event": "message"})


def _refusal(status: int, code: int, words: str) -> web.Response:
    return web.json_response({"code": code, "http": status, "error": words}, status=status)


@asynccontextmanager
async def publishing(ntfy: Ntfy) -> AsyncIterator[Ntfy]:
    async with serving("/", ntfy.publish) as root:
        ntfy.url = f"{root.replace('http://', f'ntfy://desk:{PASSWORD}@')}/alerts"
        yield ntfy
