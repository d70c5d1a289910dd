"""Passwords of people, held against their bcrypt hashes (`basic_auth_users` of a web.yml).

One comparison takes tens of milliseconds, hence it runs on a thread, one at a time, and the last
password that fitted is remembered. CVE-2022-46146 (GHSA-7rg2-cxvp-9p7p, Prometheus'
GHSA-4v48-4q5m-8vx4) is what can go wrong there: exporter-toolkit remembered every answer, under a
key made of name, hash and password one after the other; whoever knew a hash could choose name and
password so that their own request filed "fits" under the key of another. So here: only what fitted
is remembered, by the name of the configured user, as a keyed digest of the password alone.
"""

import asyncio
import hmac
import re
import secrets
from collections.abc import Iterable, Mapping

import bcrypt

_MOST_WAITING = 8
_HASH = re.compile(r"\$2[aby]\$(\d\d)\$[./A-Za-z0-9]{53}")
_LONGEST = 72
"""Bytes of a password that bcrypt looks at: a longer one is wrong rather than cut."""


class TooManyAskingError(Exception):
    """So many wait for a comparison that one more would hold the others up."""


class Passwords:
    """The users of a web.yml and their hashes."""

    def __init__(self, users: Mapping[str, str]) -> None:
        self._hashes = {name: told.encode() for name, told in users.items()}
        self._nobody = _hash_like(self._hashes.values())
        self._key = secrets.token_bytes(32)
        self._fitted: dict[str, bytes] = {}
        self._one = asyncio.Lock()
        self._waiting = 0
        self.compared = 0

    async def fits(self, name: str, password: bytes) -> bool:
        """Whether that is the user's password. TooManyAskingError when too many are tried at once.

        A name that nobody has takes as long as a wrong password.
        """
        digest = hmac.digest(self._key, password, "sha256")
        if hmac.compare_digest(self._fitted.get(name, b""), digest):
            return True
        known = name in self._hashes and len(password) <= _LONGEST
        if await self._compare(password[:_LONGEST], self._hashes.get(name, self._nobody)) and known:
            self._fitted[name] = digest
            return True
        return False

    async def _compare(self, password: bytes, told: bytes) -> bool:
        if self._waiting >= _MOST_WAITING:
            raise TooManyAskingError
        self._waiting += 1
        try:
            async with self._one:
                self.compared += 1
                return await asyncio.to_thread(bcrypt.checkpw, password, told)
        finally:
            self._waiting -= 1


def _hash_like(hashes: Iterable[bytes]) -> bytes:
    """A hash that no password has, as dear as the dearest of the others."""
    cost = max((cost_of(each.decode()) for each in hashes), default=10)
    return bcrypt.gensalt(cost) + b"." * 31


def cost_of(told: str) -> int:
    """The logarithm of the rounds of a hash; ValueError when it is none of bcrypt's."""
    found = _HASH.fullmatch(told)
    if found is None:
        raise ValueError("is no bcrypt hash")
    return int(found[1])
