"""What pydantic found wrong, in words for whoever wrote the file.

No message repeats a value: it may be a secret in the wrong place.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, TypeVar, get_args

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from hedgewatch.config.problems import Problem, did_you_mean, nearest
from hedgewatch.config.yaml_source import Location, Source
from hedgewatch.settings import SecretReference

Model = TypeVar("Model", bound=BaseModel)

_A_SECRET = "a secret is never written here: give {credential: NAME}, {file: PATH} or {env: NAME}"  # noqa: S105
_WORDING = {
    "string_type": "must be a text: put it in quotes",
    "float_type": "must be a number, without quotes",
    "int_type": "must be a whole number, without quotes",
    "int_parsing": "must be a whole number",
    "float_parsing": "must be a number",
    "finite_number": "must be a finite number",
    "bool_type": "must be true or false",
    "bool_parsing": "must be true or false",
    "tuple_type": "must be a list: [ … ]",
    "list_type": "must be a list: [ … ]",
    "dict_type": "must be a mapping: {key: value}",
    "mapping_type": "must be a mapping: {key: value}",
    "model_type": "must be a mapping: {key: value}",
    "model_attributes_type": "must be a mapping: {key: value}",
    "path_type": "must be a path",
    "too_short": "must not be empty",
    "string_too_short": "must not be empty",
}
_BY_APPRISE = frozenset(
    {
        *("telegram", "slack", "discord", "ntfy", "pagerduty", "pushover", "matrix", "signal"),
        *("email", "e-mail", "mail", "smtp"),
    }
)
"""Ways of telling people that are no keys of ours."""
_OTHER_KIND: Mapping[str, type[object]] = {
    "model_type": str,
    "string_type": dict,
    "tuple_type": str,
}
"""What was not meant where such a value stands."""


def validated(
    model: type[Model], source: Source, location: Location, problems: list[Problem]
) -> Model | None:
    """One part of a file as settings, None when it is wrong: its mistakes join `problems`.

    Relative paths start at the folder of the file.
    """
    context = {"folder": source.folder}
    try:
        return model.model_validate(source.get(location), context=context)
    except ValidationError as error:
        details = error.errors(include_url=False, include_input=False)
        told = _told(details, source, location)
        problems += [_problem(detail, model, source, location) for detail in told]
        return None


def _told(
    details: Iterable[ErrorDetails], source: Source, base: Location
) -> Iterator[ErrorDetails]:
    """One mistake a place: of the alternatives of a union only the one that was meant.

    Pydantic calls a list empty when each of its items is wrong: that is no mistake of its own.
    Nor is it one that a mapping whose keys are wrong is no text.
    """
    first: dict[Location, ErrorDetails] = {}
    mappings: set[Location] = set()
    for detail in details:
        if detail["type"] in ("extra_forbidden", "missing"):
            mappings.add((*base, *_existing(source, base, detail["loc"][:-1])))
            yield detail
            continue
        location = (*base, *_existing(source, base, detail["loc"]))
        if detail["type"] == "too_short" and source.get(location):
            continue
        told = first.setdefault(location, detail)
        if _OTHER_KIND.get(told["type"]) is type(source.get(location)):
            first[location] = detail
    for location, detail in first.items():
        if detail["type"] != "string_type" or location not in mappings:
            yield detail


def _problem(
    detail: ErrorDetails, model: type[BaseModel], source: Source, base: Location
) -> Problem:
    inner = _existing(source, base, detail["loc"])
    location = (*base, *inner)
    if detail["type"] == "extra_forbidden":
        return source.problem_of_key(location, _unknown_key(model, inner))
    if detail["type"] == "missing":
        return source.problem(location, f"the key '{detail['loc'][-1]}' is missing: add it")
    if detail["type"] in ("model_type", "dict_type") and SecretReference in _models(model, inner):
        return source.problem(location, _secret_of(inner))
    return source.problem(location, _worded(detail, inner, source.get(location)))


def _existing(source: Source, base: Location, loc: Location) -> Location:
    """The part of pydantic's location that the file has: alternatives of a union are no part."""
    found: Location = ()
    for part in loc:
        if (*base, *found, part) in source.values:
            found = (*found, part)
    return found


def _secret_of(inner: Location) -> str:
    key = _key_of(inner)
    return _A_SECRET if key is None else f"{key}: {_A_SECRET}"


def _unknown_key(model: type[BaseModel], inner: Location) -> str:
    models = _models(model, inner[:-1])
    if SecretReference in models:
        return _secret_of(inner[:-1])
    known = {name for holder in models for name in _keys(holder)}
    if "apprise" in known and inner[-1] in _BY_APPRISE:
        return f"unknown key '{inner[-1]}': it is a url of apprise: {{url: {{file: PATH}}}}"
    return f"unknown key '{inner[-1]}'{did_you_mean(str(inner[-1]), known)}"


def _worded(detail: ErrorDetails, inner: Location, value: object) -> str:
    kind = detail["type"]
    if kind == "value_error":
        words = detail["msg"].removeprefix("Value error, ")
        if not words.startswith("must"):
            return words
    elif kind in ("literal_error", "enum"):
        words = _choice(detail.get("ctx", {}), value)
    else:
        words = _WORDING.get(kind) or detail["msg"].replace("Input should", "must")
    key = _key_of(inner)
    return words if key is None else f"{key}: {words}"


def _key_of(inner: Location) -> str | None:
    return next((part for part in reversed(inner) if isinstance(part, str)), None)


def _choice(context: Mapping[str, Any], value: object) -> str:
    expected = str(context.get("expected", ""))
    known = expected.replace("'", "").replace(" or ", ", ").split(", ")
    return f"must be {expected}{nearest(str(value), known)}"


def _models(model: type[BaseModel], inner: Location) -> list[type[BaseModel]]:
    """The settings that may stand at a location, followed through lists, mappings and unions."""
    models = [model]
    for part in inner:
        fields = [holder.model_fields[name] for holder in models for name in _names(holder, part)]
        if fields:
            models = [found for field in fields for found in _models_in(field.annotation)]
    return models


def _names(model: type[BaseModel], key: str | int) -> Iterator[str]:
    return (name for name, field in model.model_fields.items() if (field.alias or name) == key)


def _keys(model: type[BaseModel]) -> list[str]:
    return [field.alias or name for name, field in model.model_fields.items()]


def _models_in(annotation: Any) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for argument in get_args(annotation):
        yield from _models_in(argument)
