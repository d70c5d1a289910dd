"""The shape of a file of rule tests: as near to promtool's as it can be."""

from collections.abc import Mapping
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, model_validator

from hedgewatch.config.rule_schema import Text
from hedgewatch.core.model import Scope
from hedgewatch.notify.calendar import MaintenanceSettings, Moment, QuietHoursSettings
from hedgewatch.notify.matchers import parse_matcher
from hedgewatch.notify.routing import RouteSettings
from hedgewatch.notify.silences import LONGEST_SILENCE
from hedgewatch.settings import Duration, Settings

Kind = Literal["firing", "resolved", "ended", "worse", "acknowledged", "lapsed", "repeat", "digest"]


def _matcher(text: str) -> str:
    parse_matcher(text)
    return text


class SeriesSettings(Settings):
    """What one measure of one subject was; `subject` overrides labels of the test's."""

    measure: Text
    subject: Mapping[str, Text] = Field(default_factory=dict)
    values: Annotated[str | float | bool, Field(union_mode="left_to_right")]


class ExpectedAlert(Settings):
    """An alert that must stand; labels and annotations are compared where they are given."""

    exp_state: Literal["pending", "firing"] = "firing"
    exp_labels: Mapping[str, Text] | None = None
    exp_annotations: Mapping[str, Text] | None = None


class AlertTestSettings(Settings):
    """What stands of one rule at one time: an empty list is silence."""

    eval_time: Duration
    alertname: Text
    exp_alerts: tuple[ExpectedAlert, ...] = ()


class ExpectedNotification(Settings):
    """A message that must be told; what is given is compared, `exp_body` as a part of it."""

    kind: Kind
    at: Duration | None = None
    receiver: Text | None = None
    exp_title: Text | None = None
    exp_body: Text | None = None


class NotificationTestSettings(Settings):
    """All that is told of one rule at a time, or `between` two, in order; to one receiver or to
    all. An empty list is silence.
    """

    eval_time: Duration | None = None
    between: tuple[Duration, Duration] | None = None
    alertname: Text
    receiver: Text | None = None
    exp_notifications: tuple[ExpectedNotification, ...]

    @model_validator(mode="after")
    def _one_time(self) -> Self:
        if (self.eval_time is None) == (self.between is None):
            raise ValueError("give either eval_time: 5s or between: [0s, 5m]")
        if self.between is not None and self.between[0] > self.between[1]:
            raise ValueError("between: the first time comes before the second")
        return self

    @property
    def span(self) -> tuple[float, float]:
        """From when until when, both included."""
        if self.between is not None:
            return self.between
        return (self.eval_time or 0.0, self.eval_time or 0.0)


class CommandSettings(Settings):
    """What somebody says in the middle of a story: that alerts of a rule were seen, or what not to
    tell for a while. `for` None: until it is over.
    """

    at: Duration
    by: Text = "the desk"
    acknowledge: Text | None = None
    silence: tuple[Annotated[Text, AfterValidator(_matcher)], ...] | None = None
    lasts: Annotated[Duration | None, Field(gt=0, le=LONGEST_SILENCE, alias="for")] = None

    @model_validator(mode="after")
    def _one_thing(self) -> Self:
        if (self.acknowledge is None) == (self.silence is None):
            raise ValueError('give either acknowledge: RULE or silence: ["account=main"]')
        if self.silence is not None and self.lasts is None:
            raise ValueError("a silence always ends: give for: 1h")
        return self


class RuleTestSettings(Settings):
    """One story. `subject` labels the subjects, `texts` are reasons that annotations show; `start`
    is what the clock says when it begins.
    """

    name: Text
    on: Scope
    interval: Annotated[Duration, Field(gt=0)] = 1.0
    start: Moment = 0.0
    subject: Mapping[str, Text] = Field(default_factory=dict)
    texts: Mapping[str, Text] = Field(default_factory=dict)
    input_series: tuple[SeriesSettings, ...]
    commands: tuple[CommandSettings, ...] = ()
    alert_rule_test: tuple[AlertTestSettings, ...] = ()
    notification_test: tuple[NotificationTestSettings, ...] = ()

    @model_validator(mode="after")
    def _asks_something(self) -> Self:
        if not self.alert_rule_test and not self.notification_test:
            raise ValueError("a test asks for something: alert_rule_test or notification_test")
        return self


class RuleTestFileSettings(Settings):
    """A file of tests; each test is read alone. `scenario_files` are the shipped ones unless said
    otherwise: [shipped, mine.yaml] has both. Without `routes` one receiver hears of everything.
    """

    rule_files: Annotated[tuple[Text, ...], Field(min_length=1)]
    scenario_files: tuple[Text, ...] | None = None
    routes: tuple[RouteSettings, ...] = ()
    quiet_hours: tuple[QuietHoursSettings, ...] = ()
    maintenance: tuple[MaintenanceSettings, ...] = ()
    tests: Annotated[tuple[object, ...], Field(min_length=1)]
