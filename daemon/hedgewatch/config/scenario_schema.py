"""The shape of a scenario file. A move is written with its %, so that -40 is no fraction."""

import re
from collections.abc import Mapping
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from hedgewatch.core.scenarios import MONEY, OTHERS
from hedgewatch.settings import Settings

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.+-]{0,62}")
_MOVES = "common, grid, prices, basis, depeg, haircuts or funding"
_PERCENT = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)%")


def _name(text: str) -> str:
    if not _NAME.fullmatch(text):
        raise ValueError("a scenario is named with letters, digits, '_', '-', '+' and '.': alts-40")
    return text


def _percent(value: object) -> float:
    if not isinstance(value, str) or not _PERCENT.fullmatch(value):
        raise ValueError("a move is written with its %, like -40% or +2.5%")
    return float(f"{value.rstrip('%')}e-2")


def _not_all(move: float) -> float:
    if move <= -1.0:
        raise ValueError("nothing falls by 100 % or more: write -99.9%, for example")
    return move


def _lost(move: float) -> float:
    if move >= 0.0:
        raise ValueError("a lost peg is written with its minus, like -5%")
    return move


def _points(cut: float) -> float:
    if not 0.0 <= cut <= 1.0:
        raise ValueError("a haircut takes 0% to 100%, in points of what counts now")
    return cut


def _asset(name: str) -> str:
    if name != OTHERS and not re.fullmatch(r"[^\s/:*]+", name):
        raise ValueError("an asset is named without its market, like BTC, or all others '*'")
    return name.upper()


Percent = Annotated[float, BeforeValidator(_percent)]
Move = Annotated[Percent, AfterValidator(_not_all)]
LostPeg = Annotated[Move, AfterValidator(_lost)]
Points = Annotated[Percent, AfterValidator(_points)]
Asset = Annotated[str, AfterValidator(_asset)]
Beta = Annotated[float, Field(strict=True, allow_inf_nan=False, ge=-10, le=10)]
Text = Annotated[str, Field(strict=True)]


class FundingSettings(Settings):
    """So many intervals at a rate of the notional, paid by longs, by shorts, or by everyone."""

    rate: Percent
    intervals: Annotated[int, Field(strict=True, ge=1, le=10_000)]
    payer: Literal["longs", "shorts", "everyone"] = "longs"


class ScenarioSettings(Settings):
    """One scenario, or with `grid` one for each of its moves: all-20, all+20."""

    name: Annotated[str, AfterValidator(_name)]
    title: Text = ""
    common: Move | None = None
    grid: Annotated[tuple[Move, ...], Field(min_length=1)] | None = None
    betas: Mapping[Asset, Beta] = Field(default_factory=dict)
    prices: Mapping[Asset, Move] = Field(default_factory=dict)
    basis: Mapping[Asset, Move] = Field(default_factory=dict)
    depeg: Mapping[Asset, LostPeg] = Field(default_factory=dict)
    haircuts: Mapping[Asset, Points] = Field(default_factory=dict)
    funding: FundingSettings | None = None
    scraped: bool = True
    sources: tuple[Text, ...] = ()

    @property
    def commons(self) -> tuple[float | None, ...]:
        """The common moves, one for each scenario that this stands for."""
        return self.grid if self.grid is not None else (self.common,)

    @model_validator(mode="after")
    def _moves(self) -> Self:
        parts = (self.common, self.grid, self.prices, self.basis, self.depeg, self.haircuts)
        if not any(parts) and self.funding is None:
            raise ValueError(f"the scenario {self.name} moves nothing: add {_MOVES}")
        return self

    @model_validator(mode="after")
    def _common_moves_are_said_once(self) -> Self:
        moved = self.common is not None or self.grid is not None
        if self.common is not None and self.grid is not None:
            raise ValueError("common and grid: keep one, a grid is common moves")
        if moved and OTHERS in self.prices:
            raise ValueError("prices: '*' and a common move both say where all others go: keep one")
        if self.betas and not moved:
            raise ValueError("betas: scale a common move: add common or grid")
        return self

    @model_validator(mode="after")
    def _money_moves_under_depeg(self) -> Self:
        if money := sorted(MONEY & self.prices.keys()):
            raise ValueError(f"prices: {money[0]} is money: say what it loses under depeg")
        if OTHERS in self.depeg:
            raise ValueError("depeg: name the coins that lose their peg: '*' would be all money")
        return self

    @model_validator(mode="after")
    def _nothing_falls_below_nothing(self) -> Self:
        for beta in self.betas.values():
            for move in self.commons:
                if move is not None and beta * move <= -1.0:
                    raise ValueError(f"betas: {beta:g} × {move:+.0%} is a fall of 100 % or more")
        return self


class ScenarioFileSettings(Settings):
    """A scenario file. The scenarios are read one by one, so that each is judged."""

    scenarios: tuple[object, ...]
