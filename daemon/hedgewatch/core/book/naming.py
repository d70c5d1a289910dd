"""Which position of an account a reading is about, and what a new one is called (decision 40).

At some venues one market and side may be held twice at once, cross and isolated. Who was there
alone has the plain name (`net`, `long`, `short`) and keeps it; who comes beside another, or is seen
first beside one, is named by its margin mode (`net-isolated`) and keeps that. So neither ever takes
the name of the other, nor its alerts.
"""

from collections.abc import Sequence

from hedgewatch.core.book.book import Book
from hedgewatch.core.book.rows import AccountRow
from hedgewatch.core.book.terms import mode_of, name_of_facts
from hedgewatch.core.events import PositionReading
from hedgewatch.core.model import MarginMode, Scope

Key = tuple[str, str]
"""The symbol, and the name that tells the positions in it apart."""

_MODES: tuple[MarginMode, ...] = ("cross", "isolated")


def keys_of(book: Book, account: AccountRow, readings: Sequence[PositionReading]) -> list[Key]:
    """The names of all that one statement tells of, by what was known before it. No two have one:
    what is held goes before what is flat.
    """
    in_two = {_leg(each) for each in readings if each.contracts and each.margin_mode == "cross"}
    in_two &= {_leg(each) for each in readings if each.contracts and each.margin_mode == "isolated"}
    found: dict[int, Key] = {}
    taken: set[Key] = set()
    for number, each in sorted(enumerate(readings), key=lambda one: not one[1].contracts):
        key = _key_of(book, account, each, beside=_leg(each) in in_two)
        if key in taken and each.margin_mode is not None:
            key = _named(each, each.margin_mode)
        found[number] = key
        taken.add(key)
    return [found[number] for number in range(len(readings))]


def _key_of(book: Book, account: AccountRow, reading: PositionReading, *, beside: bool) -> Key:
    if reading.margin_mode is None:
        return _of_one_at_a_time(book, account, reading)
    return _of_two(book, account, reading, reading.margin_mode, beside=beside)


def _leg(reading: PositionReading) -> Key:
    return reading.symbol, reading.kind


def _named(reading: PositionReading, mode: MarginMode) -> Key:
    return reading.symbol, f"{reading.kind}-{mode}"


def _of_one_at_a_time(book: Book, account: AccountRow, reading: PositionReading) -> Key:
    """Where nothing is held beside it a position may change its mode, and stays what it was."""
    plain, named = _leg(reading), [_named(reading, mode) for mode in _MODES]
    if _is_held(account, plain):
        return plain
    alone = [key for key in named if _is_held(account, key)]
    if not alone and not _remembered(book, account, plain):
        alone = [key for key in named if _remembered(book, account, key)]
    return alone[0] if len(alone) == 1 else plain


def _of_two(
    book: Book, account: AccountRow, reading: PositionReading, mode: MarginMode, *, beside: bool
) -> Key:
    """`beside`: the same statement tells that the other mode is held, too."""
    plain, own = _leg(reading), _named(reading, mode)
    held = account.positions
    known = [key for key in (own, plain) if key in held and held[key].margin_mode == mode]
    standing = [key for key in known if held[key].contracts]
    last = max(standing or known, key=lambda key: held[key].venue_time, default=own)
    stands = _is_held(account, last)
    old = last in held and reading.venue_time < held[last].venue_time
    if stands or old or not reading.contracts:
        return last
    if any(_is_held(account, key) for key in (plain, *(_named(reading, each) for each in _MODES))):
        return own
    before = _remembered(book, account, plain)
    if _remembered(book, account, own) or before not in {"", mode}:
        return own
    return own if beside and not before and mode == "isolated" else plain


def _is_held(account: AccountRow, key: Key) -> bool:
    row = account.positions.get(key)
    return row is not None and bool(row.contracts)


def _remembered(book: Book, account: AccountRow, key: Key) -> str:
    """The margin mode in which this name was held before the restart, at the first look; else
    nothing.
    """
    if account.read_at is not None:
        return ""
    name = name_of_facts(Scope.POSITION, account.name, account.venue, *key)
    return book.remembered.get(name, {}).get("margin mode", "")


def mode_held(reading: PositionReading) -> MarginMode:
    """The margin mode of what is held."""
    return reading.margin_mode or mode_of(isolated=reading.isolated_wallet is not None)
