"""The money of one login while it is read: what backs positions, what does not, and the sums of the
venue.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from hedgewatch.core.events import BalanceReading
from hedgewatch.venues.dialects.generic_accounts import NOTHING, Numbers
from hedgewatch.venues.dialects.generic_balances import (
    Held,
    balance_reading,
    margin_in_use,
    together_held,
)
from hedgewatch.venues.dialects.generic_currencies import together


@dataclass(slots=True)
class Purse:
    """Balances that back positions, those that do not, and what the venue itself adds up. `infos`
    are the raw replies about the former, of `several` accounts or of one.
    """

    several: bool = False
    infos: list[object] = field(default_factory=list)
    margin: dict[str, Held] = field(default_factory=dict)
    spot: list[Mapping[str, Held]] = field(default_factory=list)
    numbers: dict[str, Numbers] = field(default_factory=dict)
    whole: Numbers = NOTHING
    margin_ratio: float | None = None
    unseen: tuple[str, ...] = ()

    def put(
        self,
        held: Mapping[str, Held],
        numbers: Mapping[str, Numbers],
        info: object,
        whole: Numbers,
    ) -> None:
        """One more margin account, and what the venue adds up in it."""
        for asset, more in held.items():
            self.add(asset, more)
        for asset, told in numbers.items():
            known = self.numbers.get(asset)
            self.numbers[asset] = told if known is None else together(known, told)
        self.infos.append(info)
        self.whole = self.whole if whole is NOTHING else whole

    def add(self, asset: str, more: Held) -> None:
        """More of an asset that backs positions."""
        self.margin[asset] = together_held(self.margin.get(asset), more)

    def repeats(self, held: Mapping[str, Held]) -> bool:
        """Whether an answer tells what the margin account told already. Of two accounts that hold
        the same neither repeats the other.
        """
        told = {name: each.total for name, each in held.items()}
        known = {name: each.total for name, each in self.margin.items()}
        return not self.several and told == known

    @property
    def totals(self) -> list[float]:
        """Of each asset that backs positions."""
        return [held.total for held in self.margin.values()]

    @property
    def in_use(self) -> float | None:
        """The venue's maintenance where it tells one, else what it says is used."""
        if self.whole.maintenance_margin is not None:
            return self.whole.maintenance_margin
        needed = [each.maintenance_margin for each in self.numbers.values()]
        told = [each for each in needed if each is not None]
        return sum(told) if told else margin_in_use(list(self.margin.values()))

    @property
    def assets(self) -> list[str]:
        """Everything that is told of, in order."""
        return sorted({*self.margin, *self.numbers, *(name for held in self.spot for name in held)})

    def balance(self, asset: str) -> BalanceReading:
        """What is owned of it, with the venue's numbers of its pool."""
        numbers = self.numbers.get(asset, NOTHING)
        elsewhere = [held[asset] for held in self.spot if asset in held]
        return replace(
            balance_reading(asset, self.margin.get(asset), elsewhere),
            equity=numbers.equity,
            maintenance_margin=numbers.maintenance_margin,
        )
