"""JSON Schemas of rule files and of their tests, for editors: keys, kinds of subject, measures.

They say what a file looks like. Whether its expressions make sense only `rules check` knows.
"""

from collections.abc import Mapping
from typing import Any, TypeAlias

from pydantic import BaseModel

from hedgewatch.config.rule_schema import GroupSettings, RuleFileSettings, RuleSettings
from hedgewatch.config.rule_test_schema import RuleTestFileSettings, RuleTestSettings
from hedgewatch.core.alert_model import Severity
from hedgewatch.core.expression.windowing import WINDOWED, in_units
from hedgewatch.core.measures import CATALOGUE, STRESS_MEASURES
from hedgewatch.core.model import Scope
from hedgewatch.core.rules import IDENTITY

Schema: TypeAlias = dict[str, Any]

_DIALECT = "https://json-schema.org/draft/2020-12/schema"
_KNOWN_ANNOTATIONS = {
    "summary": "The line that a phone shows.",
    "description": "What to do.",
    "resolved": "Said in place of both when it is over.",
    "runbook_url": "Where more is written.",
}


def rule_schema() -> Schema:
    """The shape of a rule file."""
    parts: Schema = {}
    file = _shape(RuleFileSettings, parts)
    parts["Group"] = _with_names(_shape(GroupSettings, parts))
    parts["Rule"] = _with_names(_shape(RuleSettings, parts))
    parts["Rule"]["allOf"] = [_of_scope(scope) for scope in Scope]
    parts["Rule"]["properties"]["on"] = _scopes("What the rule watches.")
    file["properties"]["groups"]["items"] = {"$ref": "#/$defs/Group"}
    parts["Group"]["properties"]["rules"]["items"] = {"$ref": "#/$defs/Rule"}
    return _whole("hedgewatch rule file", file, parts)


def rule_test_schema() -> Schema:
    """The shape of a file of rule tests."""
    parts: Schema = {}
    file = _shape(RuleTestFileSettings, parts)
    parts["Test"] = _shape(RuleTestSettings, parts)
    parts["Test"]["properties"]["on"] = _scopes("What the tested rules watch.")
    file["properties"]["tests"]["items"] = {"$ref": "#/$defs/Test"}
    return _whole("hedgewatch tests of rules", file, parts)


def _whole(title: str, file: Schema, parts: Schema) -> Schema:
    parts.pop("Scope", None)
    return {"$schema": _DIALECT, "title": title, **file, "$defs": dict(sorted(parts.items()))}


def _shape(model: type[BaseModel], parts: Schema) -> Schema:
    """The schema of a model without what only pydantic wants to know; its parts join `parts`."""
    made = model.model_json_schema(by_alias=True)
    parts.update({name: _plain(part) for name, part in made.pop("$defs", {}).items()})
    shape: Schema = _plain(made)
    return shape


def _plain(held: Any) -> Any:
    """Without titles; defaults as one would write them."""
    if isinstance(held, list):
        return [_plain(item) for item in held]
    if not isinstance(held, dict):
        return held
    plain = {key: _plain(item) for key, item in held.items() if not _is_title(key, item)}
    default = plain.get("default")
    if default is None:
        plain.pop("default", None)
    elif isinstance(default, float):
        plain["default"] = in_units(default) if default else 0
    return plain


def _is_title(key: str, item: object) -> bool:
    return key == "title" and isinstance(item, str)


def _with_names(shape: Schema) -> Schema:
    """With the labels and annotations that have a meaning."""
    properties = shape["properties"]
    severities = {"enum": [severity.value for severity in Severity]}
    properties["labels"]["properties"] = {"severity": severities}
    properties["annotations"]["properties"] = {
        name: {"type": "string", "description": text} for name, text in _KNOWN_ANNOTATIONS.items()
    }
    labels = {name for names in IDENTITY.values() for name in names}
    properties["where"]["propertyNames"] = {"enum": sorted(labels)}
    return shape


def _scopes(description: str) -> Schema:
    values = [scope.value for scope in Scope]
    told = [_measures(scope) for scope in Scope]
    return {"description": description, "enum": values, "enumDescriptions": told}


def _of_scope(scope: Scope) -> Schema:
    """What is so of rules on one kind of subject: its labels, its measures in the descriptions."""
    functions = ", ".join(f"{name}(x, 5m)" for name in WINDOWED)
    told = f"{_measures(scope)} Functions: abs, min, max, {functions}."
    then: Mapping[str, Schema] = {
        "where": {"propertyNames": {"enum": list(IDENTITY[scope])}},
        "expr": {"description": told},
        "clear": {"description": told},
    }
    on = {"properties": {"on": {"const": scope.value}}, "required": ["on"]}
    return {"if": on, "then": {"properties": then}}


def _measures(scope: Scope) -> str:
    plain = [measure.name for measure in CATALOGUE if measure.scope is scope]
    cells = [f'{measure.name}("…")' for measure in STRESS_MEASURES if measure.scope is scope]
    return f"Measures: {', '.join((*plain, *cells))}."
