"""The shape of a file of rule tests: as near to promtool's as it can be."""

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import Field

from hedgewatch.config.rule_schema import Text
from hedgewatch.core.model import Scope
from hedgewatch.settings import Duration, Settings


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


class RuleTestSettings(Settings):
    """One story. `subject` labels the subjects, `texts` are reasons that annotations show."""

    name: Text
    on: Scope
    interval: Annotated[Duration, Field(gt=0)] = 1.0
    subject: Mapping[str, Text] = Field(default_factory=dict)
    texts: Mapping[str, Text] = Field(default_factory=dict)
    input_series: tuple[SeriesSettings, ...]
    alert_rule_test: Annotated[tuple[AlertTestSettings, ...], Field(min_length=1)]


class RuleTestFileSettings(Settings):
    """A file of tests; each test is read alone. `scenario_files` are the shipped ones unless said
    otherwise: [shipped, mine.yaml] has both.
    """

    rule_files: Annotated[tuple[Text, ...], Field(min_length=1)]
    scenario_files: tuple[Text, ...] | None = None
    tests: Annotated[tuple[object, ...], Field(min_length=1)]
