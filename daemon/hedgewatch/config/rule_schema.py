"""The shape of a rule file: as near to a Prometheus rule file as it can be."""

import re
from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import AfterValidator, BeforeValidator, Field

from hedgewatch.core.model import Scope
from hedgewatch.core.rules import OWN_ALERTS
from hedgewatch.settings import Duration, Settings

_ALERT = re.compile(r"[A-Z][A-Za-z0-9]{0,99}")


def _alert(name: str) -> str:
    if not _ALERT.fullmatch(name):
        raise ValueError("a rule is named in CamelCase, like MarginDanger")
    if name in OWN_ALERTS:
        raise ValueError(f"{name} is an alert of hedgewatch itself: choose another name")
    return name


def _listed(value: object) -> object:
    return [value] if isinstance(value, str) else value


AlertName = Annotated[str, AfterValidator(_alert)]
Text = Annotated[str, Field(strict=True)]
Texts = Annotated[tuple[Text, ...], BeforeValidator(_listed), Field(min_length=1)]


def _written(value: object) -> object:
    return str(value) if isinstance(value, int | float) and not isinstance(value, bool) else value


class RealertSettings(Settings):
    """When a firing alert is told again, before its quantities are read."""

    worse_by: Annotated[Text, BeforeValidator(_written)]
    of: Text | None = None
    every: Duration = 300.0


class Defaults(Settings):
    """What a group may say for its rules; what a rule says itself counts instead. Of `where`,
    `labels` and `annotations` each name counts by itself.
    """

    where: Mapping[str, Texts] = Field(default_factory=dict)
    hold_for: Annotated[Duration, Field(alias="for")] = 0.0
    keep_firing_for: Duration = 0.0
    settle: Duration = 600.0
    unknown: Literal["hold", "fire"] = "hold"
    realert: RealertSettings | None = None
    silenceable: bool | None = None
    labels: Mapping[str, Text] = Field(default_factory=dict)
    annotations: Mapping[str, Text] = Field(default_factory=dict)


class RuleSettings(Defaults):
    """One rule, before its expressions are read."""

    alert: AlertName
    on: Scope
    expr: Text
    clear: Text | None = None


class GroupSettings(Defaults):
    """Rules that share what their group says. They are read one by one, so that each is judged."""

    name: Text
    rules: tuple[object, ...]


class RuleFileSettings(Settings):
    """A rule file. The groups are read one by one."""

    groups: tuple[object, ...]
