"""Takes the secrets out of every text that leaves the venues.

ccxt's errors hold whole signed addresses, and venues repeat the key that they refuse.
"""

import re
from urllib.parse import quote_plus

HIDDEN = "***"
_LONGEST = 300
_QUERY = re.compile(r"((?:https?|wss?)://[^\s?'\"]+)\?[^\s'\"]*")
_NAMED = re.compile(
    r"(?i)\b(signature|listen_?key|api_?key|x-mbx-apikey|secret|passphrase|token|timestamp)"
    r"(['\"]?\s*[=:]\s*['\"]?)[^\s&'\",;}]+"
)


class Redactor:
    """Knows the literal secrets of one account, and what others look like."""

    def __init__(self, *secrets: str) -> None:
        self._literals: set[str] = set()
        for secret in secrets:
            self.learn(secret)

    def learn(self, secret: str) -> None:
        """From now on this text is a secret too (a listen key, say)."""
        if secret:
            self._literals |= {secret, quote_plus(secret)}

    def scrub(self, text: object) -> str:
        """One line without secrets, cut to a readable length."""
        line = " ".join(str(text).split())
        for literal in sorted(self._literals, key=len, reverse=True):
            line = line.replace(literal, HIDDEN)
        line = _NAMED.sub(rf"\1\2{HIDDEN}", _QUERY.sub(rf"\1?{HIDDEN}", line))
        return line if len(line) <= _LONGEST else line[: _LONGEST - 1] + "…"
