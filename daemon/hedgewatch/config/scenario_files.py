"""Scenario files, read to scenarios: every mistake of all files at once, at its line and column."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from hedgewatch.config.mistakes import validated
from hedgewatch.config.problems import ConfigurationError, Problem, collecting
from hedgewatch.config.scenario_schema import ScenarioFileSettings, ScenarioSettings
from hedgewatch.config.yaml_source import Location, Source, read_source
from hedgewatch.core.scenarios import Funding, Scenario, grid_name


@dataclass(frozen=True, slots=True)
class _Placed:
    scenario: Scenario
    source: Source
    location: Location


def load_scenarios(paths: Iterable[Path]) -> tuple[Scenario, ...]:
    """The scenarios of all files, or every mistake in them."""
    problems: list[Problem] = []
    placed: list[_Placed] = []
    for path in paths:
        with collecting(problems):
            placed += _read(read_source(path, problems), problems)
    problems += _twice(placed)
    if problems:
        raise ConfigurationError(problems)
    return tuple(found.scenario for found in placed)


def _read(source: Source, problems: list[Problem]) -> Iterator[_Placed]:
    if not isinstance(source.value, dict):
        problems.append(source.problem((), "a scenario file is a mapping: scenarios: [ … ]"))
        return
    validated(ScenarioFileSettings, source, (), problems)
    held = source.get(("scenarios",))
    for index in range(len(held) if isinstance(held, list) else 0):
        settings = validated(ScenarioSettings, source, ("scenarios", index), problems)
        for scenario in _scenarios(settings) if settings else ():
            yield _Placed(scenario, source, ("scenarios", index, "name"))


def _scenarios(settings: ScenarioSettings) -> Iterator[Scenario]:
    """The one scenario, or the cells of its grid."""
    if settings.grid is None:
        yield _scenario(settings)
        return
    for move in settings.grid:
        name = grid_name(settings.name, move)
        yield replace(_scenario(settings), name=name, common=move, grid=settings.name)


def _scenario(settings: ScenarioSettings) -> Scenario:
    terms = settings.funding
    return Scenario(
        name=settings.name,
        title=settings.title,
        common=settings.common or 0.0,
        betas=settings.betas,
        prices=settings.prices,
        basis=settings.basis,
        depeg=settings.depeg,
        haircuts=settings.haircuts,
        funding=Funding(terms.rate, terms.intervals, terms.payer) if terms else None,
        sources=settings.sources,
        scraped=settings.scraped,
    )


def _twice(placed: Iterable[_Placed]) -> Iterator[Problem]:
    """Cells are told apart by the name of their scenario, over all files."""
    first: dict[str, Problem] = {}
    for found in placed:
        name = found.scenario.name
        if name in first:
            there = f"{first[name].file}:{first[name].line}"
            message = f"the scenario {name} stands already in {there}: rename one"
            yield found.source.problem(found.location, message)
        first.setdefault(name, found.source.problem(found.location, ""))
