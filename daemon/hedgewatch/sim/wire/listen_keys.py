"""Listen keys: what opens a private stream, and how it ends."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import count

from hedgewatch.sim.accounts import Account
from hedgewatch.sim.clock import steady_seconds

VALIDITY_SECONDS = 3600.0


@dataclass(slots=True)
class ListenKeys:
    """The living keys of all accounts; one a venue and account, as Binance gives them."""

    validity: float = VALIDITY_SECONDS
    _living: dict[str, tuple[Account, str, float]] = field(default_factory=dict)
    _numbers: "count[int]" = field(default_factory=lambda: count(1))

    def issue(self, account: Account, venue: str) -> str:
        """The account's key: the living one, prolonged, or a new one."""
        key = self._key_of(
            account, venue
        ) or f"paper{venue}{account.name}{next(self._numbers)}".ljust(64, "0")
        self._living[key] = (account, venue, steady_seconds() + self.validity)
        return key

    def prolong(self, account: Account, venue: str) -> bool:
        """Keep the account's key alive; False when it has none."""
        alive = self._key_of(account, venue) is not None
        if alive:
            self.issue(account, venue)
        return alive

    def owner(self, key: str) -> Account | None:
        """Whose stream a key opens; nobody's once it has ended."""
        found = self._living.get(key)
        return found[0] if found else None

    def wallet(self, key: str) -> str:
        """What a key's stream tells of (the venue that it was issued for), empty once it ended."""
        found = self._living.get(key)
        return found[1] if found else ""

    def end(self, account_name: str, venue: str | None = None) -> list[str]:
        """End the keys of an account, at one venue or at all."""
        return self._end(
            key
            for key, (account, where, _) in self._living.items()
            if account.name == account_name and venue in {None, where}
        )

    def end_old(self) -> list[str]:
        """End the keys that nobody prolonged."""
        now = steady_seconds()
        return self._end(key for key, (_, _, until) in self._living.items() if until < now)

    def _end(self, keys: Iterable[str]) -> list[str]:
        ended = list(keys)
        for key in ended:
            del self._living[key]
        return ended

    def _key_of(self, account: Account, venue: str) -> str | None:
        living = self._living.items()
        return next(
            (key for key, (owner, where, _) in living if owner is account and where == venue), None
        )
