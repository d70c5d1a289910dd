"""Asks for one account: venue, login, what the key may do, what is in it."""

import difflib
import re
import textwrap
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

from pydantic import ValidationError

from hedgewatch.clock import Clock
from hedgewatch.connect import asking
from hedgewatch.connect.found import Found
from hedgewatch.connect.login import Login, ask_login, settings_of
from hedgewatch.connect.person import Person, says_yes
from hedgewatch.connect.showing import account_in_words
from hedgewatch.venues.guides import FULL_DEPTH, guide_to
from hedgewatch.venues.key_seen import KeySeen
from hedgewatch.venues.known import KNOWN, why_unknown
from hedgewatch.venues.settings import VENUES, AccountSettings, is_here

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]*")
_WIDTH = 88
_NAMES = {"binance": "spot", "binanceusdm": "main"}
_BINANCE = (
    "At Binance: binanceusdm is USDT and USDC futures, binancecoinm coin-margined ones, binance\n"
    "spot or Portfolio Margin. `hedgewatch venues` lists all others: bybit, okx, hyperliquid, …"
)
"""Whoever has futures there and says binance would look at an empty spot account."""


class GivenUpError(Exception):
    """Its owner, or the venue, ended it."""


@dataclass(frozen=True, slots=True)
class Connected:
    """An account that may be watched, and what was found in it."""

    settings: AccountSettings
    login: Login
    found: Found


def ask_venue(person: Person, given: str = "", *, may_end: bool = False) -> str:
    """One that can be watched; empty when there is to be no further one (`may_end`)."""
    question = "Another account: at which venue?" if may_end else "Which venue?"
    if not may_end and not given:
        person.say(_BINANCE)
    while True:
        venue, given = given or person.ask(question, "none" if may_end else "", VENUES), ""
        if may_end and venue == "none":
            return ""
        if venue in VENUES:
            return venue
        person.say(f"  {venue} cannot be watched: {_hint(venue)}")


def _hint(venue: str) -> str:
    if venue in KNOWN:
        return KNOWN[venue].unreadable
    near = difflib.get_close_matches(venue.lower(), VENUES, n=3)
    meant = f"did you mean {', '.join(near)}?" if near else f"known: {', '.join(FULL_DEPTH)}, …"
    return why_unknown(venue.lower()) or meant


def connect_account(
    person: Person, venue: str, taken: Collection[str], endpoint: Mapping[str, str]
) -> Connected:
    """Ask until there is one, or until somebody gives up (GivenUpError)."""
    guide = guide_to(venue)
    if "rest" in endpoint and is_here(endpoint["rest"]):
        guide = replace(guide, bound="")  # a key of paper is used from here in any case
    person.say("\n" + textwrap.fill(guide.text, _WIDTH))
    name = _name(person, venue, taken)
    while True:
        login = ask_login(person, venue)
        try:
            settings = settings_of(name, venue, login, endpoint)
        except ValidationError as error:
            person.say(f"  {error.errors()[0]['msg'].removeprefix('Value error, ')}")
            continue
        accepted = _accepted(person, settings)
        if accepted is not None:
            return Connected(accepted, login, _look(person, accepted))


def _name(person: Person, venue: str, taken: Collection[str]) -> str:
    """What it is called in messages and files."""
    proposed = _NAMES.get(venue, venue)
    free = _first_free(proposed, taken)
    while True:
        name = person.ask("What do you call this account?", free)
        if name in taken:
            person.say(f"  there is an account {name} already")
        elif not _NAME.fullmatch(name):
            person.say("  a name is letters, digits, '_', '-' and '.', like desk-1")
        else:
            return name


def _accepted(person: Person, settings: AccountSettings) -> AccountSettings | None:
    """The account with what its owner answers for, None when another key is to be tried."""
    person.say(f"Asking {settings.venue} what the key may do …" if settings.credentials else "")
    seen = asking.key_of(settings)
    person.say(_said(seen))
    if seen.is_well:
        return settings
    if seen.verdict == "unverified" and says_yes(
        person, "Did you look at the venue that this key can only read?", default=False
    ):
        return settings.model_copy(update={"allow_unverified_key": True})
    if not says_yes(person, "Try again?", default=True):
        raise GivenUpError(f"{settings.name} is not connected")
    return None


def _said(seen: KeySeen) -> str:
    lines = [f"  {seen.may()}" if seen.by_address else f"  what it may do: {seen.may()}"]
    if seen.reason:
        lines.append(f"  {seen.reason}")
    if to_do := seen.to_do(Clock().now()):
        told = textwrap.wrap(f"to do: {to_do}", _WIDTH, subsequent_indent="  ")
        lines += [f"  {line}" for line in told]
    return "\n".join(lines)


def _look(person: Person, settings: AccountSettings) -> Found:
    person.say(f"Reading the account at {settings.venue} …")
    found = asking.account_of(settings)
    person.say(account_in_words(found))
    return found


def look_at_all(person: Person, accounts: Sequence[AccountSettings]) -> list[Found]:
    """Those that were there before."""
    return [_look(person, one) for one in accounts]


def _first_free(name: str, taken: Collection[str]) -> str:
    numbered = (f"{name}-{number}" for number in range(2, 1000))
    return next(one for one in (name, *numbered) if one not in taken)
