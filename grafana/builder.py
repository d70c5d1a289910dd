"""A small builder of Grafana dashboards in the classic schema, which Grafana 10 to 13 import.

Only what the dashboards here use. A panel is placed by `laid_out`, and always has a title,
a description and a unit: a reader at three in the morning knows nothing by heart.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from grafana.looks import Look

Json = dict[str, object]

COLUMNS = 24
REFERENCES = "ABCDEFGHIJKLMNOP"
"""The letters of a panel's queries, in their order."""
DATASOURCE = {"type": "prometheus", "uid": "${datasource}"}


@dataclass(frozen=True, slots=True)
class Target:
    """One query. An instant one gives the values of now, the other their history."""

    expr: str
    legend: str = ""
    instant: bool = False
    table: bool = False

    def json(self, index: int) -> Json:
        return {
            "datasource": DATASOURCE,
            "editorMode": "code",
            "expr": self.expr,
            "format": "table" if self.table else "time_series",
            "instant": self.instant,
            "legendFormat": self.legend or "__auto",
            "range": not self.instant,
            "refId": REFERENCES[index],
        }


Limits = Sequence[tuple[float | None, str]]
"""Colours from a value up; the first value is None."""


def limits(steps: Limits) -> Json:
    colored = [{"value": value, "color": color} for value, color in steps]
    return {"mode": "absolute", "steps": colored}


@dataclass(frozen=True, slots=True, kw_only=True)
class Panel:
    """One panel: what it asks, and how it shows the answer."""

    look: Look
    title: str
    description: str
    unit: str
    targets: Sequence[Target]
    width: int
    height: int
    thresholds: Limits = ((None, "green"),)
    defaults: Mapping[str, object] = field(default_factory=dict)
    overrides: Sequence[Json] = ()
    transformations: Sequence[Json] = ()
    repeat: str = ""
    """A variable of which each value has a panel of its own."""

    def json(self, number: int, x: int, y: int) -> Json:
        repeated = {"repeat": self.repeat, "repeatDirection": "h", "maxPerRow": 2}
        return {
            **(repeated if self.repeat else {}),
            "id": number,
            "type": self.look.kind,
            "title": self.title,
            "description": self.description,
            "datasource": DATASOURCE,
            "gridPos": {"h": self.height, "w": self.width, "x": x, "y": y},
            "targets": [target.json(index) for index, target in enumerate(self.targets)],
            "fieldConfig": {"defaults": self._defaults(), "overrides": list(self.overrides)},
            "options": dict(self.look.options),
            "transformations": list(self.transformations),
        }

    def _defaults(self) -> Json:
        return {
            "unit": self.unit,
            "color": {"mode": self.look.color},
            "thresholds": limits(self.thresholds),
            "custom": dict(self.look.custom),
            **self.defaults,
        }


@dataclass(frozen=True, slots=True)
class Row:
    """A heading over panels that stand side by side, in lines of 24 columns."""

    title: str
    panels: Sequence[Panel]


def laid_out(rows: Iterable[Row]) -> list[Json]:
    """Place panels from left to right and top to bottom, and number them."""
    placed: list[Json] = []
    top = 0
    for row in rows:
        heading = {"h": 1, "w": COLUMNS, "x": 0, "y": top}
        number = len(placed) + 1
        placed.append(
            {"id": number, "type": "row", "title": row.title, "gridPos": heading, "panels": []}
        )
        top = _place(row.panels, top + 1, placed)
    return placed


def _place(panels: Sequence[Panel], top: int, placed: list[Json]) -> int:
    x = height = 0
    for panel in panels:
        if x + panel.width > COLUMNS:
            x, top, height = 0, top + height, 0
        placed.append(panel.json(len(placed) + 1, x, top))
        x, height = x + panel.width, max(height, panel.height)
    return top + height


def states(*names: tuple[float | str, str, str]) -> list[Json]:
    """Words and colours for the values of a state: (value, word, colour)."""
    words = {
        str(value): {"index": index, "text": word, "color": color}
        for index, (value, word, color) in enumerate(names)
    }
    return [{"type": "value", "options": words}]


def without_data(word: str) -> Json:
    """What a number says of which nothing is known. Grafana alone would paint it green, as a 0."""
    result = {"text": word, "color": "purple"}
    mapping = {"type": "special", "options": {"match": "null+nan", "result": result}}
    return {"noValue": word, "mappings": [mapping]}


def between(low: float, high: float, word: str, color: str) -> Json:
    """A word and a colour for all values of a range."""
    result = {"text": word, "color": color}
    return {"type": "range", "options": {"from": low, "to": high, "result": result}}


def override(field_name: str, **properties: object) -> Json:
    """Show one field differently; `custom__x` means the property `custom.x`."""
    return _changed("byName", field_name, properties)


def override_query(reference: str, **properties: object) -> Json:
    """The same of all that one query of the panel gives."""
    return _changed("byFrameRefID", reference, properties)


def override_texts(**properties: object) -> Json:
    """The same of all columns of a table that are no numbers."""
    return _changed("byType", "string", properties)


def _changed(matcher: str, chosen: str, properties: Mapping[str, object]) -> Json:
    changed = [
        {"id": name.replace("__", "."), "value": value} for name, value in properties.items()
    ]
    return {"matcher": {"id": matcher, "options": chosen}, "properties": changed}


MERGED: Json = {"id": "merge", "options": {}}
"""Rows of several queries that agree in all their labels become one."""


def joined_by(label: str) -> Json:
    """The same by one label, also of rows that one of the queries does not have."""
    return {"id": "joinByField", "options": {"byField": label, "mode": "outer"}}


def columns(names: Mapping[str, str], *joined: Json) -> list[Json]:
    """Keep these columns of a table, under these names, in this order. What joins the queries comes
    after the times are gone: rows that differ in them alone would not become one.
    """
    order = {name: index for index, name in enumerate(names)}
    return [
        {"id": "filterFieldsByName", "options": {"include": {"names": list(names)}}},
        *joined,
        {"id": "organize", "options": {"indexByName": order, "renameByName": dict(names)}},
    ]
