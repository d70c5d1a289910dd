"""Measures of a scenario: `stressed_equity("all-20")` is one name, read from the row's cells.

A cell stands wherever a measure may: in rules, in their tests, in annotations, in a window.
"""

import re
from collections.abc import Iterable, Mapping
from typing import Any

from hedgewatch.core.expression.outside import is_outside
from hedgewatch.core.expression.units import Unit
from hedgewatch.core.expression.windowing import Windowing, windowing_of

_CALL = re.compile(r"""\s*(\w+)\s*\(\s*(?:"([^"]*)"|'([^']*)')\s*\)\s*""")


def cell(measure: str, scenario: str) -> str:
    """The one spelling of a measure of a scenario."""
    return f'{measure}("{scenario}")'


def spelt(name: str) -> str:
    """A name as it was written, in its one spelling."""
    windowing = windowing_of(name)
    if windowing is not None:
        measure = spelt(windowing.measure)
        return str(Windowing(windowing.function, measure, windowing.seconds))
    found = _CALL.fullmatch(name)
    return name if found is None else cell(found[1], found[2] or found[3] or "")


def parts_of(name: str) -> tuple[str, str]:
    """Measure and scenario of a cell, or of what a window is over; a plain measure has the
    scenario ''.
    """
    measure, _, rest = input_of(name).partition('("')
    return measure, rest.removesuffix('")')


def input_of(name: str) -> str:
    """The measure, or cell, that a name in its one spelling is about: itself, or what its window
    is over.
    """
    windowing = None if name.isidentifier() or name.endswith('")') else windowing_of(name)
    return name if windowing is None else windowing.measure


def value_of(row: Any, name: str) -> Any:
    """What a row holds under a name; AttributeError when it holds nothing of it."""
    if name.isidentifier():
        return getattr(row, name)
    if name.endswith('")'):
        return row.outside[name] if is_outside(name) else row.stressed[name]
    return row.windowed(name)


class Vocabulary(dict[str, Unit]):
    """The measures that an expression may name, every cell among them.

    `of_scenario` are the measures that take a scenario, `scenarios` those that there are.
    """

    def __init__(
        self,
        plain: Mapping[str, Unit],
        of_scenario: Mapping[str, Unit] | None = None,
        scenarios: Iterable[str] = (),
    ) -> None:
        super().__init__(plain)
        self.of_scenario = dict(of_scenario or {})
        self.scenarios = tuple(scenarios)
        for measure, unit in self.of_scenario.items():
            self.update(dict.fromkeys((cell(measure, name) for name in self.scenarios), unit))

    @staticmethod
    def of(symbols: Mapping[str, Unit]) -> "Vocabulary":
        """The same, of plain measures too."""
        return symbols if isinstance(symbols, Vocabulary) else Vocabulary(symbols)
