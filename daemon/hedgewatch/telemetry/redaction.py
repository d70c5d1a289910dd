"""What must never be read in a log: secrets, under a telling name or inside a text."""

import json
import re
from collections.abc import Iterable, Mapping
from urllib.parse import quote, quote_plus

REDACTED = "***"

_TELLING_NAME = re.compile(
    r"api_?-?key|secret|passw|passphrase|token|signature|authorization|credential|private_?-?key"
    r"|listen_?-?key|cookie",
    re.IGNORECASE,
)
_QUOTE = r"(?:\\*[\"'])"
_IN_AN_ADDRESS = re.compile(
    r"((?<![A-Za-z])"
    r"(?:signature|sign|api_?key|x-mbx-apikey|listen_?key|token|secret|passphrase|password)"
    rf"{_QUOTE}?(?:=|%3D|: ?(?={_QUOTE})){_QUOTE}?)[^&\s\"'<>\\]+",
    re.IGNORECASE,
)
_IN_A_HEADER = re.compile(r"\b(Bearer|Basic) [A-Za-z0-9._~+/=-]{8,}")
_IN_A_USER_PART = re.compile(r"(://)[^/@\s\"']+@")
_SHORTEST_SECRET = 4
"""A shorter text would be found inside ordinary words."""


class Redactor:
    """Knows the secrets, and takes them out of texts. It never shows them again."""

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        self._spellings: set[str] = set()
        self._known: re.Pattern[str] | None = None
        self.learn(*secrets)

    def __repr__(self) -> str:
        return f"Redactor({len(self._spellings)} spellings)"

    def learn(self, *secrets: str) -> None:
        """Know these too: a listen key, for one, is given by the venue while the daemon runs."""
        for secret in secrets:
            if len(secret) >= _SHORTEST_SECRET:
                self._spellings |= _spellings(secret)
        longest_first = sorted(self._spellings, key=len, reverse=True)
        self._known = re.compile("|".join(map(re.escape, longest_first))) if longest_first else None

    def text(self, text: str) -> str:
        """The text without any known secret and without what looks like one."""
        if self._known is not None:
            text = self._known.sub(REDACTED, text)
        text = _IN_AN_ADDRESS.sub(rf"\1{REDACTED}", text)
        text = _IN_A_HEADER.sub(rf"\1 {REDACTED}", text)
        return _IN_A_USER_PART.sub(rf"\1{REDACTED}@", text)


def by_name(fields: Mapping[str, object]) -> dict[str, object]:
    """The fields with the values of telling names hidden, at any depth."""
    return {str(name): _hidden(str(name), value) for name, value in fields.items()}


def _hidden(name: str, value: object) -> object:
    if _TELLING_NAME.search(name) and value is not None and not isinstance(value, bool):
        return REDACTED
    return _walked(value)


def _walked(value: object) -> object:
    match value:
        case Mapping():
            return by_name(value)
        case list() | tuple() | set() | frozenset():
            return [_walked(inner) for inner in value]
        case _:
            return value


def _spellings(secret: str) -> set[str]:
    """The secret as it would stand in a URL, in JSON within JSON, in a literal, or line by line."""
    lines = {line.strip() for line in secret.splitlines() if not line.startswith("-----")}
    spelled = {secret} | {line for line in lines if len(line) >= _SHORTEST_SECRET}
    spelled |= {quoted for each in spelled for quoted in (quote(each, safe=""), quote_plus(each))}
    for _ in range(2):
        spelled |= {escaped for each in spelled for escaped in _escaped(each)}
    return spelled


def _escaped(text: str) -> tuple[str, str, str]:
    in_json, in_ascii = json.dumps(text, ensure_ascii=False), json.dumps(text)
    return repr(text)[1:-1], in_json[1:-1], in_ascii[1:-1]
