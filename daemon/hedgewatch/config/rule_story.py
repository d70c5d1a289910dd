"""One test of rules: a story, played once, and what was asked of it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import count

from hedgewatch.config.mistakes import validated
from hedgewatch.config.problems import Problem, did_you_mean
from hedgewatch.config.rule_differences import alerts_differ, messages_differ
from hedgewatch.config.rule_stage import Stage
from hedgewatch.config.rule_telling import EVERYBODY, Telling, named
from hedgewatch.config.rule_test_schema import (
    CommandSettings,
    RuleTestFileSettings,
    RuleTestSettings,
)
from hedgewatch.config.series import SeriesError, Value, parse_series
from hedgewatch.config.yaml_source import Location, Source
from hedgewatch.core.alert_model import Transition
from hedgewatch.core.expression import is_outside, spelt
from hedgewatch.core.measures import symbols
from hedgewatch.core.rules import Rule
from hedgewatch.notify.matchers import parse_matcher
from hedgewatch.notify.silences import LONGEST_SILENCE, Silence, highest_severity

_MOST_STEPS = 100_000
_ROUNDING = 1e-9

Loaded = tuple[Sequence[Rule], Sequence[str]]
"""The rules, and the names of the scenarios."""

_Series = tuple[Mapping[str, str], str, list[Value]]


@dataclass(frozen=True, slots=True)
class Checked:
    """One test of a file, and what in it did not go as expected."""

    name: str
    failures: tuple[Problem, ...]


class RuleStory:
    """One story: what was measured, and which alerts must stand and be told when.

    Names are checked against what is `known`, where that is.
    """

    def __init__(
        self,
        source: Source,
        location: Location,
        around: tuple[Loaded | None, RuleTestFileSettings | None],
        problems: list[Problem],
    ) -> None:
        known, file = around
        self._source = source
        self._at = location
        self._is_known = known is not None
        self._rules, self._scenarios = known or ((), ())
        self._file = file
        self._settings = validated(RuleTestSettings, source, location, problems)
        self._series = list(self._read_series(problems))
        problems += self._wrong_names()

    @property
    def name(self) -> str:
        """What the test is called."""
        return self._settings.name if self._settings is not None else ""

    def checked(self) -> Checked:
        """Play the story once, and compare what is asked for."""
        if self._settings is None or self._file is None:
            return Checked(self.name, ())
        failures = sorted(self._failures(self._settings, self._file), key=_place)
        return Checked(self.name, tuple(failures))

    def _failures(
        self, settings: RuleTestSettings, file: RuleTestFileSettings
    ) -> Iterator[Problem]:
        play = _Play(settings, file, self._rules, self._series)
        alerts = enumerate(settings.alert_rule_test)
        for index, check in sorted(alerts, key=lambda pair: pair[1].eval_time):
            play.until(check.eval_time)
            failure = alerts_differ(check, play.stage.alerts_of(check.alertname))
            yield from self._failure(("alert_rule_test", index), failure)
        notifications = enumerate(settings.notification_test)
        for index, wanted in sorted(notifications, key=lambda pair: pair[1].span[1]):
            play.until(wanted.span[1])
            yield from self._failure(
                ("notification_test", index), messages_differ(wanted, play.telling.told)
            )

    def _failure(self, place: Location, said: str) -> Iterator[Problem]:
        if said:
            yield self._source.problem((*self._at, *place), f"{self.name}: {said}")

    def _read_series(self, problems: list[Problem]) -> Iterator[_Series]:
        if self._settings is None:
            return
        known = symbols(self._settings.on, self._scenarios)
        for index, series in enumerate(self._settings.input_series):
            place = (*self._at, "input_series", index)
            measure = spelt(series.measure)
            told = measure in known or is_outside(measure)
            if not told and (self._is_known or measure.isidentifier()):
                hint = did_you_mean(series.measure, known)
                message = f"a {self._settings.on} has no measure '{series.measure}'{hint}"
                problems.append(self._source.problem((*place, "measure"), message))
            try:
                values = parse_series(_as_text(series.values))
                yield {**self._settings.subject, **series.subject}, measure, values
            except SeriesError as error:
                where = (*place, "values")
                problems.append(self._source.problem_within(where, 1, error.column, error.message))

    def _wrong_names(self) -> Iterator[Problem]:
        """A misspelt name would be a test that passes for ever."""
        if self._settings is None:
            return
        known = [rule.name for rule in self._rules if rule.scope is self._settings.on]
        for place, name in self._names(self._settings):
            if self._is_known and name not in known:
                message = f"no rule '{name}' on a {self._settings.on}{did_you_mean(name, known)}"
                yield self._source.problem((*self._at, *place), message)
        yield from self._wrong_receivers(self._settings)
        for place, at in self._times(self._settings):
            if at > self._settings.interval * _MOST_STEPS:
                message = f"more than {_MOST_STEPS} intervals away: choose a longer interval"
                yield self._source.problem((*self._at, *place), message)

    def _wrong_receivers(self, settings: RuleTestSettings) -> Iterator[Problem]:
        if self._file is None:
            return
        known = sorted(set(named(self._file.routes))) or [EVERYBODY]
        for place, name in self._receivers(settings):
            if name is not None and name not in known:
                message = f"no route names a receiver '{name}'{did_you_mean(name, known)}"
                yield self._source.problem((*self._at, *place, "receiver"), message)

    @staticmethod
    def _receivers(settings: RuleTestSettings) -> Iterator[tuple[Location, str | None]]:
        for index, check in enumerate(settings.notification_test):
            place: Location = ("notification_test", index)
            yield place, check.receiver
            for each, expected in enumerate(check.exp_notifications):
                yield (*place, "exp_notifications", each), expected.receiver

    @staticmethod
    def _names(settings: RuleTestSettings) -> Iterator[tuple[Location, str]]:
        for index, check in enumerate(settings.alert_rule_test):
            yield ("alert_rule_test", index, "alertname"), check.alertname
        for index, wanted in enumerate(settings.notification_test):
            yield ("notification_test", index, "alertname"), wanted.alertname
        for index, command in enumerate(settings.commands):
            if command.acknowledge is not None:
                yield ("commands", index, "acknowledge"), command.acknowledge

    @staticmethod
    def _times(settings: RuleTestSettings) -> Iterator[tuple[Location, float]]:
        for index, check in enumerate(settings.alert_rule_test):
            yield ("alert_rule_test", index, "eval_time"), check.eval_time
        for index, wanted in enumerate(settings.notification_test):
            key = "between" if wanted.eval_time is None else "eval_time"
            yield ("notification_test", index, key), wanted.span[1]


class _Play:
    """A story as far as it was played. Two checks after it may be at the same time, or earlier."""

    def __init__(
        self,
        settings: RuleTestSettings,
        file: RuleTestFileSettings,
        rules: Sequence[Rule],
        series: Sequence[_Series],
    ) -> None:
        self.stage = Stage(rules, settings.on, settings.texts)
        self.telling = Telling(file, self.stage.told_again, settings.start)
        self._is_told = bool(settings.notification_test)
        self._settings = settings
        self._series = series
        self._commands = sorted(settings.commands, key=lambda command: command.at)
        self._played = 0
        self._numbers = count(1)

    def until(self, time: float) -> None:
        """Every step up to this time, and the commands between."""
        interval, start = self._settings.interval, self._settings.start
        while (at := self._played * interval) <= time + _ROUNDING:
            self._obey(at - _ROUNDING)
            self._let_pass(start + at)
            self._tell(self.stage.play(self._measured(self._played), start + at), start + at)
            self._played += 1
        self._obey(time + _ROUNDING)
        self._let_pass(start + time)

    def _measured(self, step: int) -> Iterator[tuple[Mapping[str, str], str, Value]]:
        """The values of one step. A series that is over keeps its last value, observed anew."""
        for subject, measure, values in self._series:
            yield subject, measure, values[min(step, len(values) - 1)]

    def _obey(self, until: float) -> None:
        while self._commands and self._commands[0].at <= until:
            command = self._commands.pop(0)
            now = self._settings.start + command.at
            self._let_pass(now)
            if command.acknowledge is not None:
                ends = None if command.lasts is None else now + command.lasts
                seen = self.stage.acknowledge(command.acknowledge, command.by, ends, now)
                self._tell(seen, now)
            else:
                self.telling.silence(self._silence(command, now))

    def _silence(self, command: CommandSettings, now: float) -> Silence:
        matchers = tuple(map(parse_matcher, command.silence or ()))
        return Silence(
            id=str(next(self._numbers)),
            matchers=matchers,
            by=command.by,
            starts_at=now,
            ends_at=now + (command.lasts or LONGEST_SILENCE),
            up_to=highest_severity(matchers, self.stage.records()),
        )

    def _let_pass(self, now: float) -> None:
        if self._is_told:
            self.telling.let_pass(now)

    def _tell(self, transitions: Sequence[Transition], now: float) -> None:
        if self._is_told:
            self.telling.tell(transitions, now)


def _place(problem: Problem) -> tuple[int, int]:
    return problem.line, problem.column


def _as_text(values: str | float | bool) -> str:  # noqa: FBT001 -- what YAML makes of one word
    return str(values).lower() if isinstance(values, bool) else str(values)
