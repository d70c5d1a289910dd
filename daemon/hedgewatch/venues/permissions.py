"""Judges what a key may do: one that can do more than read is not used."""

from hedgewatch.venues.fields import OddReplyError, Row

_HARMLESS = frozenset({"ipRestrict", "enableReading", "enableFixReadOnly"})


class KeyRefusedError(Exception):
    """We refuse the key, whatever the venue thinks of it."""


class PowerfulKeyError(KeyRefusedError):
    """The key may do more than read."""


def refuse_powerful_key(rights: Row) -> None:
    """Raise if the key can trade, withdraw or transfer, by any name that the venue has for it.

    A right that we have never heard of counts as one that harms.
    """
    if "enableReading" not in rights:
        raise OddReplyError("the venue's answer does not say what the key may do")
    granted = sorted(
        name
        for name, allowed in rights.items()
        if allowed in {True, "true"} and name not in _HARMLESS
    )
    if granted:
        raise PowerfulKeyError(f"the key can trade ({', '.join(granted)}): make a read-only key")
