"""Takes the secrets out of every text that leaves the venues.

ccxt's errors hold whole signed addresses, and venues repeat the key that they refuse.
"""

import re
from urllib.parse import quote_plus

HIDDEN = "***"
_LONGEST = 300
_QUERY = re.compile(r"((?:https?|wss?)://[^\s?'\"]+)\?[^\s'\"]*")
_NAMED = re.compile(
    r"(?i)(?<![a-z0-9])(signature|sign|listen_?key|(?:[a-z]+-)*api-?key|api_?key|secret|private_?key|"
    r"pass(?:phrase|word)|(?:ok-access|x-bapi|kc-api)-[a-z-]+|x-mbx-apikey|authorization|token|"
    r"timestamp)(['\"]?\s*[=:]\s*['\"]?)[^\s&'\",;}\]]+"
)
_OPAQUE = re.compile(r"(?<![A-Za-z0-9])(?:[A-Za-z0-9]{60,}|[A-Za-z0-9+/]{43}=)(?![A-Za-z0-9])")
"""Listen keys in paths, and signatures that nothing names: 64 digits of hexadecimal, or SHA-256 in
base 64.
"""


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
        line = _OPAQUE.sub(HIDDEN, line)
        return line if len(line) <= _LONGEST else line[: _LONGEST - 1] + "…"
