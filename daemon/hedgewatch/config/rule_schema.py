"""The shape of a rule file: as near to a Prometheus rule file as it can be."""

import re
from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import AfterValidator, BeforeValidator, Field, WithJsonSchema

from hedgewatch.core.model import Scope
from hedgewatch.core.rules import OWN_ALERTS
from hedgewatch.settings import Duration, Settings

_RESERVED = OWN_ALERTS | {"Watchdog"}
"""Alerts that no rule makes; `Watchdog` is the one that always fires at an Alertmanager."""

_ALERT = re.compile(r"[A-Z][A-Za-z0-9]{0,99}")
_TEXT = {"type": "string"}


def _alert(name: str) -> str:
    if not _ALERT.fullmatch(name):
        raise ValueError("a rule is named in CamelCase, like MarginDanger")
    if name in _RESERVED:
        raise ValueError(f"{name} is an alert of hedgewatch itself: choose another name")
    return name


def _listed(value: object) -> object:
    return [value] if isinstance(value, str) else value


AlertName = Annotated[
    str,
    AfterValidator(_alert),
    WithJsonSchema({**_TEXT, "pattern": f"^{_ALERT.pattern}$", "not": {"enum": sorted(_RESERVED)}}),
]
Text = Annotated[str, Field(strict=True)]
Texts = Annotated[
    tuple[Text, ...],
    BeforeValidator(_listed),
    Field(min_length=1),
    WithJsonSchema({"anyOf": [_TEXT, {"type": "array", "items": _TEXT, "minItems": 1}]}),
]


def _written(value: object) -> object:
    return str(value) if isinstance(value, int | float) and not isinstance(value, bool) else value


class RealertSettings(Settings):
    """When a firing alert is told again, before its quantities are read."""

    worse_by: Annotated[
        Text,
        BeforeValidator(_written),
        WithJsonSchema({"type": ["string", "number"]}),
        Field(description="By how much it must have grown: 5%, 30s, 1000."),
    ]
    of: Annotated[
        Text | None,
        Field(description="What is greater the worse it is. Default: what `expr` compares."),
    ] = None
    every: Annotated[Duration, Field(description="At most so often.")] = 300.0


class Defaults(Settings):
    """What a group may say for its rules; what a rule says itself counts instead. Of `where`,
    `labels` and `annotations` each name counts by itself.
    """

    where: Annotated[
        Mapping[str, Texts],
        Field(description="Only subjects whose label has this value, or one of these."),
    ] = Field(default_factory=dict)
    hold_for: Annotated[
        Duration,
        Field(alias="for", description="How long `expr` must hold before the alert fires."),
    ] = 0.0
    keep_firing_for: Annotated[
        Duration, Field(description="How long it must be clear before the alert is resolved.")
    ] = 0.0
    settle: Annotated[
        Duration, Field(description="What comes back within that time is damped (not a critical).")
    ] = 600.0
    unknown: Annotated[
        Literal["hold", "fire"],
        Field(description="What an unknown answer does: leave all as it is, or count as true."),
    ] = "hold"
    realert: Annotated[
        RealertSettings | None,
        Field(description="Tell a firing alert again when it got worse by so much."),
    ] = None
    silenceable: Annotated[
        bool | None,
        Field(description="Default: false for critical rules about blindness or liquidation."),
    ] = None
    labels: Annotated[
        Mapping[str, Text], Field(description="Labels of the alert; `severity` is required.")
    ] = Field(default_factory=dict)
    annotations: Annotated[
        Mapping[str, Text],
        Field(description="Texts with {measure}, {label} and {measure:.1%}."),
    ] = Field(default_factory=dict)


class RuleSettings(Defaults):
    """One rule, before its expressions are read."""

    alert: Annotated[AlertName, Field(description="CamelCase, once over all files.")]
    on: Annotated[Scope, Field(description="What the rule watches.")]
    expr: Annotated[Text, Field(description="The alert is pending, or fires, while this holds.")]
    clear: Annotated[
        Text | None,
        Field(description="The alert ends when this holds. Default: when `expr` does not."),
    ] = None


class GroupSettings(Defaults):
    """Rules that share what their group says. They are read one by one, so that each is judged."""

    name: Annotated[Text, Field(description="What these rules have in common.")]
    rules: Annotated[tuple[object, ...], Field(description="The rules of the group.")]


class RuleFileSettings(Settings):
    """A rule file. The groups are read one by one."""

    groups: tuple[object, ...]
