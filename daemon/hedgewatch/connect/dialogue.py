"""`hedgewatch connect`: from the first question to a configuration that `check` accepts."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from hedgewatch.config.configuration import Configuration
from hedgewatch.config.loader import load
from hedgewatch.connect import asking
from hedgewatch.connect.accounts import (
    Connected,
    ask_venue,
    connect_account,
    look_at_all,
)
from hedgewatch.connect.finishing import Finishing
from hedgewatch.connect.person import Person
from hedgewatch.connect.planning import Desk, Sources
from hedgewatch.connect.pricing import sources
from hedgewatch.connect.proposals import Proposal
from hedgewatch.connect.service import Service
from hedgewatch.connect.showing import proposals_in_words
from hedgewatch.venues.settings import AccountSettings

_HELD = re.compile(r"(?P<asset>[^\s/:,=]+)[\s:=]+(?P<amount>\d+(?:\.\d+)?)")
_HEDGE_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,62}")
_WALLET = "cold"
_ELSEWHERE = "Do you hold coins elsewhere, in a cold wallet say? Like: BTC 2.5, ETH 10"


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What was said on the command line; the `service` is what runs the file, where one does."""

    path: Path
    service: Service | None = None
    venue: str = ""
    endpoint: Mapping[str, str] = field(default_factory=dict)


class Dialogue:
    """One conversation. ConfigurationError when the file that is to be added to is wrong."""

    def __init__(self, person: Person, wish: Wish) -> None:
        self._person = person
        self._wish = wish
        self._before: Configuration | None = load(wish.path) if wish.path.exists() else None
        self._connected: list[Connected] = []

    def run(self) -> None:
        """Until it is written. GivenUpError, EOFError: it was not."""
        self._greet()
        before = look_at_all(self._person, self._accounts_before)
        self._connect_accounts()
        desk = Desk(
            before=self._before,
            found=[*before, *(one.found for one in self._connected)],
            wallet=self._wallet(),
            holdings=self._ask_holdings(),
        )
        known = self._sources(desk)
        hedges = self._choose(desk.proposals(self._values(known)))
        Finishing(self._person, self._wish.path, self._before, self._wish.service).finish(
            self._connected, lambda accounts: desk.plan(accounts, hedges, known)
        )

    @property
    def _accounts_before(self) -> Sequence[AccountSettings]:
        return () if self._before is None else self._before.accounts

    @property
    def _accounts(self) -> list[AccountSettings]:
        return [*self._accounts_before, *(one.settings for one in self._connected)]

    def _greet(self) -> None:
        path = self._wish.path
        self._person.say(
            f"This {'adds to' if self._before else 'makes'} {path}. Your key goes to its venue and "
            "nowhere else, and nothing here can trade.\nNothing is written before the end: Ctrl-C "
            "leaves everything as it was."
        )
        if service := self._wish.service:
            self._person.say(
                f"The service {service.unit} runs it: keys become credentials of the service, in "
                f"{service.credentials}."
            )

    def _connect_accounts(self) -> None:
        venue = ask_venue(self._person, self._wish.venue)
        while venue:
            taken = {one.name for one in self._accounts}
            one = connect_account(self._person, venue, taken, self._wish.endpoint)
            self._connected.append(one)
            venue = ask_venue(self._person, may_end=True)

    def _ask_holdings(self) -> dict[str, str]:
        """Amounts by asset, as they were written."""
        while True:
            told = self._person.ask(_ELSEWHERE, "none")
            if told == "none":
                return {}
            parts = [_HELD.fullmatch(part.strip()) for part in told.split(",")]
            if all(parts):
                return {part["asset"]: part["amount"] for part in parts if part is not None}
            self._person.say("  a coin and its amount, then a comma: BTC 2.5, ETH 10")

    def _wallet(self) -> str:
        """A name that no wallet has yet."""
        taken = [] if self._before is None else [one.name for one in self._before.wallets]
        names = (_WALLET, *(f"{_WALLET}-{number}" for number in range(2, len(taken) + 3)))
        return next(name for name in names if name not in taken)

    # prices, where another coin may be the cover, or where nothing is

    def _sources(self, desk: Desk) -> Sources:
        """Where coins without a hedge of their own have a price."""
        assets = dict.fromkeys([*desk.worth_knowing(), *desk.holdings])
        if not assets:
            return {}
        return sources(assets, {one.name: asking.symbols_at(one) for one in self._accounts})

    def _values(self, known: Sources) -> dict[str, float]:
        """What one of each of these coins is worth, as far as its venue tells."""
        values: dict[str, float] = {}
        for settings in self._accounts:
            wanted = {
                symbol: asset for asset, (name, symbol) in known.items() if name == settings.name
            }
            if wanted:
                prices = asking.prices_at(settings, wanted)
                values |= {wanted[name]: price for name, price in prices.items() if name in wanted}
        return values

    # which hedges, and what they are called

    def _choose(self, proposals: Sequence[Proposal]) -> list[Proposal]:
        if not proposals:
            self._person.say("No hedge was recognised: nothing is held long here and short there.")
            return []
        self._person.say(f"These look like hedges:\n{proposals_in_words(proposals)}")
        chosen = self._ask_which(proposals)
        return [self._named(one, chosen) for one in chosen]

    def _ask_which(self, proposals: Sequence[Proposal]) -> list[Proposal]:
        certain = [str(number) for number, one in enumerate(proposals, 1) if one.is_certain]
        while True:
            told = self._person.ask(
                "Which of them are to be watched? Numbers, all, or none",
                ",".join(certain) or "none",
            )
            numbers = _numbers(told, len(proposals))
            if numbers is not None:
                return [proposals[number - 1] for number in numbers]
            self._person.say(f"  numbers from 1 to {len(proposals)}, like 1,2; all; or none")

    def _named(self, one: Proposal, others: Iterable[Proposal]) -> Proposal:
        taken = {other.name for other in others if other is not one}
        taken |= {hedge.name for hedge in self._before.hedges} if self._before else set()
        while True:
            name = self._person.ask(f"What do you call the hedge of {one.asset}?", one.name)
            if _HEDGE_NAME.fullmatch(name) and name not in taken:
                return replace(one, name=name)
            self._person.say("  another name: letters, digits, '_', '-' and '.', and not taken")


def _numbers(told: str, last: int) -> list[int] | None:
    """From 1, each once; None when they were not understood."""
    if told in {"all", "none"}:
        return list(range(1, last + 1)) if told == "all" else []
    parts = [part for part in re.split(r"[\s,]+", told) if part]
    if not all(part.isdecimal() and 1 <= int(part) <= last for part in parts):
        return None
    return list(dict.fromkeys(map(int, parts)))
