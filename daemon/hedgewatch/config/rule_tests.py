"""Runs tests of rules (`hedgewatch rules test`) through the same judge that runs live."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from hedgewatch.config.mistakes import validated
from hedgewatch.config.problems import ConfigurationError, Problem, collecting, did_you_mean
from hedgewatch.config.rule_files import load_rules
from hedgewatch.config.rule_stage import Stage
from hedgewatch.config.rule_test_schema import (
    AlertTestSettings,
    ExpectedAlert,
    RuleTestFileSettings,
    RuleTestSettings,
)
from hedgewatch.config.scenario_files import load_scenarios
from hedgewatch.config.series import SeriesError, Value, parse_series
from hedgewatch.config.shipped import SHIPPED, shipped_scenarios
from hedgewatch.config.yaml_source import Location, Source, read_source
from hedgewatch.core.expression import spelt
from hedgewatch.core.measures import symbols
from hedgewatch.core.model import AlertRecord
from hedgewatch.core.rules import Rule

_MOST_STEPS = 100_000
_ROUNDING = 1e-9

_Known = tuple[Sequence[Rule], Sequence[str]]
"""The rules, and the names of the scenarios."""


def run_rule_tests(path: Path) -> list[Problem]:
    """What is not as a file of tests expects, in the order of the file; empty when all is.

    ConfigurationError names every mistake of the file itself, and of the rules it tests.
    """
    problems: list[Problem] = []
    source = read_source(path, problems)
    file = validated(RuleTestFileSettings, source, (), problems)
    known = _known(source, problems)
    tests = [_Test(source, location, known, problems) for location in _tests(source)]
    if problems or file is None:
        raise ConfigurationError(problems)
    return [failure for test in tests for failure in test.failures()]


def _known(source: Source, problems: list[Problem]) -> _Known | None:
    """What the tests may name; None while a file of it is wrong, so that no test is blamed."""
    found = len(problems)
    known: _Known | None = None
    with collecting(problems):
        scenarios = [scenario.name for scenario in load_scenarios(_scenarios(source, problems))]
        rules = load_rules(_rules(source, problems), scenarios)
        known = (rules, scenarios)
    return known if len(problems) == found else None


def _rules(source: Source, problems: list[Problem]) -> list[Path]:
    held = source.get(("rule_files",))
    names = enumerate(held if isinstance(held, list) else ())
    paths = (_path(source, ("rule_files", index), str(name), problems) for index, name in names)
    return [path for path in paths if path is not None]


def _scenarios(source: Source, problems: list[Problem]) -> list[Path]:
    """The shipped ones when the file names none, or names them."""
    held = source.get(("scenario_files",))
    paths: list[Path | None] = []
    for index, name in enumerate(held if isinstance(held, list) else (SHIPPED,)):
        if name == SHIPPED:
            paths += shipped_scenarios()
        else:
            paths.append(_path(source, ("scenario_files", index), str(name), problems))
    return [path for path in paths if path is not None]


def _path(source: Source, place: Location, name: str, problems: list[Problem]) -> Path | None:
    path = Path(source.file).parent / name
    if path.is_file():
        return path
    kind = str(place[0]).removesuffix("_files")
    problems.append(source.problem(place, f"no {kind} file {path}"))
    return None


def _tests(source: Source) -> Iterator[Location]:
    held = source.get(("tests",))
    yield from (("tests", index) for index in range(len(held) if isinstance(held, list) else 0))


class _Test:
    """One story: what was measured, and which alerts must stand when.

    Names are checked against what is `known`, where that is.
    """

    def __init__(
        self,
        source: Source,
        location: Location,
        known: _Known | None,
        problems: list[Problem],
    ) -> None:
        self._source = source
        self._at = location
        self._is_known = known is not None
        self._rules, self._scenarios = known or ((), ())
        self._settings = validated(RuleTestSettings, source, location, problems)
        self._series = list(self._read_series(problems))
        problems += self._wrong_checks()

    def failures(self) -> Iterator[Problem]:
        """Play the story once, and compare what stands at each time that is asked for."""
        if self._settings is None:
            return
        interval = self._settings.interval
        stage = Stage(self._rules, self._settings.on, self._settings.texts)
        times = enumerate(self._settings.alert_rule_test)
        played = 0
        for index, check in sorted(times, key=lambda pair: pair[1].eval_time):
            while played * interval <= check.eval_time + _ROUNDING:
                stage.play(self._measured(played), played * interval)
                played += 1
            failure = _difference(check, stage.standing(check.alertname))
            if failure:
                name = self._settings.name
                place = (*self._at, "alert_rule_test", index)
                yield self._source.problem(place, f"{name}: {failure}")

    def _measured(self, step: int) -> Iterator[tuple[Mapping[str, str], str, Value]]:
        """The values of one step. A series that is over keeps its last value, observed anew."""
        for subject, measure, values in self._series:
            yield subject, measure, values[min(step, len(values) - 1)]

    def _read_series(
        self, problems: list[Problem]
    ) -> Iterator[tuple[Mapping[str, str], str, list[Value]]]:
        if self._settings is None:
            return
        known = symbols(self._settings.on, self._scenarios)
        for index, series in enumerate(self._settings.input_series):
            place = (*self._at, "input_series", index)
            measure = spelt(series.measure)
            if measure not in known and (self._is_known or measure.isidentifier()):
                hint = did_you_mean(series.measure, known)
                message = f"a {self._settings.on} has no measure '{series.measure}'{hint}"
                problems.append(self._source.problem((*place, "measure"), message))
            try:
                values = parse_series(_as_text(series.values))
                yield {**self._settings.subject, **series.subject}, measure, values
            except SeriesError as error:
                where = (*place, "values")
                problems.append(self._source.problem_within(where, 1, error.column, error.message))

    def _wrong_checks(self) -> Iterator[Problem]:
        """A misspelt name would be a test that passes for ever."""
        if self._settings is None:
            return
        scope, interval = self._settings.on, self._settings.interval
        known = [rule.name for rule in self._rules if rule.scope is scope]
        for index, check in enumerate(self._settings.alert_rule_test):
            place = (*self._at, "alert_rule_test", index)
            if self._is_known and check.alertname not in known:
                hint = did_you_mean(check.alertname, known)
                message = f"no rule '{check.alertname}' on a {scope}{hint}"
                yield self._source.problem((*place, "alertname"), message)
            if check.eval_time > interval * _MOST_STEPS:
                message = f"more than {_MOST_STEPS} intervals away: choose a longer interval"
                yield self._source.problem((*place, "eval_time"), message)


def _as_text(values: str | float | bool) -> str:  # noqa: FBT001 -- what YAML makes of one word
    return str(values).lower() if isinstance(values, bool) else str(values)


def _difference(check: AlertTestSettings, standing: Sequence[AlertRecord]) -> str:
    """What stands that should not, and what should and does not; empty when all is well."""
    missing, surplus = _unmatched(check.exp_alerts, standing)
    if not missing and not surplus:
        return ""
    wanted = "; ".join(map(_expected, missing)) or "nothing more"
    stands = "; ".join(map(_shown, surplus)) or "nothing"
    return f"at {check.eval_time:g}s {check.alertname}: expected {wanted}, but {stands} stands"


def _unmatched(
    exp_alerts: Sequence[ExpectedAlert], standing: Sequence[AlertRecord]
) -> tuple[list[ExpectedAlert], list[AlertRecord]]:
    """What is left on either side when each that is expected has taken one that stands.

    What pends counts only where some alert is expected to.
    """
    asked = {expected.exp_state for expected in exp_alerts} | {"firing"}
    surplus = [record for record in standing if record.state.value in asked]
    missing: list[ExpectedAlert] = []
    for expected in exp_alerts:
        found = next((record for record in surplus if _matches(expected, record)), None)
        if found is None:
            missing.append(expected)
        else:
            surplus.remove(found)
    return missing, surplus


def _matches(expected: ExpectedAlert, record: AlertRecord) -> bool:
    return (
        expected.exp_state == record.state.value
        and expected.exp_labels in (None, dict(record.labels))
        and expected.exp_annotations in (None, dict(record.annotations))
    )


def _expected(alert: ExpectedAlert) -> str:
    told = (alert.exp_labels, alert.exp_annotations)
    return " ".join((alert.exp_state, *(str(dict(held)) for held in told if held)))


def _shown(record: AlertRecord) -> str:
    return f"{record.state.value} {dict(record.labels)} {dict(record.annotations)}"
