"""`hedgewatch venues`: what would be watched of each venue that ccxt knows, and how."""

import difflib
import sys
from argparse import Namespace
from collections.abc import Iterator, Sequence
from dataclasses import asdict

from rich.console import Console
from rich.table import Table

from hedgewatch.cli.answers import WELL, WRONG, print_json
from hedgewatch.cli.progress import progress
from hedgewatch.venues.capability import Capability
from hedgewatch.venues.known import KNOWN, KnownVenue, why_unknown

_SHORT = {
    "streamed + read": "stream",
    "streamed + polled": "stream",
    "streamed": "stream",
    "hints + read": "hints",
    "read": "read",
    "polled": "poll",
    "none": "–",
    "unknown": "?",
    "venue's own": "own",
    "not verifiable": "no",
    "verified": "yes",
    "none needed": "no key",
    "computed": "ours",
}
_NARROWEST = 80
"""Columns that the table needs, and has where nobody says how wide it may be."""

_COLUMNS = {
    "positions": "pos",
    "balances": "bal",
    "marks": "marks",
    "quotes": "quotes",
    "funding": "fund",
    "margin": "margin",
    "line": "line",
    "key": "key",
}
_WORDS = {
    "positions": "what is held",
    "balances": "what is owned",
    "marks": "the price by which contracts are liquidated",
    "quotes": "best bid and ask",
    "funding": "its rate and its interval",
    "tiers": "of maintenance margin",
    "margin": "how much of it is used up",
    "line": "where liquidation is",
    "key": "does the venue tell what a key may do?",
    "login": "what the account needs in the configuration",
}
_HINTS = "hints: the stream says that something changed, what is read counts."


def perform(options: Namespace) -> int:
    """All of them, or those that are named."""
    unknown = [venue for venue in options.venues if venue not in KNOWN]
    if unknown:
        return _unknown(options, unknown)
    chosen = [KNOWN[venue] for venue in options.venues] or list(KNOWN.values())
    found = _asked(chosen)
    if options.json:
        print_json({"venues": [asdict(each) for each in found]})
    elif options.venues:
        for each in found:
            print("\n".join(_words(each)))
    else:
        _print_table(found)
    return WELL


def _asked(chosen: Sequence[KnownVenue]) -> list[Capability]:
    found = []
    with progress("asking ccxt") as line:
        line.told(0.0)
        from hedgewatch.venues.capabilities import capability  # noqa: PLC0415 - brings ccxt along

        for venue in chosen:
            found.append(capability(venue))
            line.told(len(found) / len(chosen))
    return found


def _unknown(options: Namespace, unknown: Sequence[str]) -> int:
    problems = [f"unknown venue {venue}{_hint(venue)}" for venue in unknown]
    if options.json:
        print_json({"problems": [{"message": problem} for problem in problems]})
    else:
        print("\n".join(problems), file=sys.stderr)
    return WRONG


def _hint(venue: str) -> str:
    if why := why_unknown(venue):
        return f": {why}"
    near = difflib.get_close_matches(venue, KNOWN, n=1)
    return f" (did you mean {near[0]}?)" if near else ": ccxt has never heard of it"


def _words(each: Capability) -> Iterator[str]:
    yield f"{each.venue} ({each.name}): {each.why or each.depth}"
    if each.why:
        return
    told = asdict(each)
    for name, meaning in _WORDS.items():
        yield f"  {name:<10} {told[name]:<19} {meaning}"
    if each.own_of:
        yield f"  the venue's own margin numbers are those of {each.own_of}"
    yield from (f"  not seen: {what}" for what in each.unseen)
    if "hints" in {each.positions.split()[0], each.balances.split()[0]}:
        yield f"  {_HINTS}"


def _print_table(found: Sequence[Capability]) -> None:
    console = Console(highlight=False, markup=False, width=max(_NARROWEST, _terminal_width()))
    table = Table(box=None, pad_edge=False, padding=(0, 1, 0, 0))
    for name in ("venue", "full", *_COLUMNS.values()):
        table.add_column(name, no_wrap=True)
    for each in (each for each in found if not each.why):
        told = asdict(each)
        cells = [_SHORT.get(told[name], told[name]) for name in _COLUMNS]
        if each.own_of:
            cells[list(_COLUMNS).index("margin")] += "*"
        table.add_row(each.venue, "yes" if each.depth == "full" else "", *cells)
    console.print(table)
    console.print()
    for line in _legend(found):
        console.print(line, soft_wrap=False)


def _terminal_width() -> int:
    """0 where it is written to a file, which has no end of lines."""
    return Console().width if sys.stdout.isatty() else 0


def _legend(found: Sequence[Capability]) -> Iterator[str]:
    """What the words mean, and why some venues are not there."""
    yield "full: watched by a dialect of its own; the others by one for all of them."
    yield "stream: streamed, and read besides; poll: asked for each second or two; read: every 8 s."
    yield _HINTS
    yield "?: unknown, for the venue does not tell it, or not so that it is sure. –: there is none."
    yield (
        "margin, line: margin ratio and liquidation price, ours or the venue's own; own*: of some"
        " accounts only. Where both are ? nothing watches the margin: keep a watch of your own."
    )
    yield "key: whether the venue tells what it may do; else allow_unverified_key: true."
    yield "`hedgewatch venues VENUE` says it in words, with what is not asked for."
    reasons: dict[str, list[str]] = {}
    for each in found:
        if each.why:
            reasons.setdefault(each.why, []).append(each.venue)
    for why, venues in reasons.items():
        yield f"Not watched: {', '.join(venues)}: {why}."
