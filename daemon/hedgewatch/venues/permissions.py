"""Judges what a key may do: one that can do more than read is not used."""

from dataclasses import dataclass


class KeyRefusedError(Exception):
    """We refuse the key, whatever the venue thinks of it."""


class PowerfulKeyError(KeyRefusedError):
    """The key may do more than read."""


class UnverifiedKeyError(KeyRefusedError):
    """What the key may do cannot be told. `later`: the venue may tell when it is asked again."""

    def __init__(self, reason: str, *, later: bool) -> None:
        super().__init__(reason)
        self.later = later


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyRights:
    """What a venue says of a key, by the venue's own names.

    `powers` is all that it may do beyond reading: a right that we have never heard of is one.
    `may_read` is False only where the venue says so. `expires_at` (epoch seconds, by the venue's
    clock) and `bound_to_address` are None where the venue does not say. `account` is whose it is,
    by the venue's own number, where told.
    """

    powers: tuple[str, ...]
    may_read: bool = True
    expires_at: float | None = None
    bound_to_address: bool | None = None
    account: str = ""


def refuse_powerful_key(rights: KeyRights) -> None:
    """Raise if the key can trade, withdraw or transfer."""
    if rights.powers:
        named = ", ".join(sorted(rights.powers))
        raise PowerfulKeyError(f"the key can trade ({named}): make a read-only key")


def refuse_key_that_cannot_read(rights: KeyRights) -> None:
    """Raise if the venue says so."""
    if not rights.may_read:
        raise KeyRefusedError("the key may not read: give it back its right to read, and no other")
