"""What may stand in a command: strict forms, whose mistakes are told all at once."""

from collections.abc import Iterator, Mapping
from typing import Annotated, TypeVar

from pydantic import AfterValidator, BeforeValidator, ConfigDict, Field, ValidationError
from pydantic_core import ErrorDetails

from hedgewatch.commands.refusal import RefusedError
from hedgewatch.config.problems import did_you_mean
from hedgewatch.settings import Settings, seconds

_LONGEST_NAME = 64
_LONGEST_COMMENT = 500
_LONGEST_ACKNOWLEDGEMENT = 30 * 86400.0
_WRONG = 400
_WORDS = {
    "string_type": "must be a text",
    "bool_type": "must be true or false",
    "list_type": 'must be a list of texts, like ["account=main"]',
}

Form = TypeVar("Form", bound="Fields")


def _printable(text: str) -> str:
    if not text.isprintable():
        raise ValueError("must be one line of printable text")
    return text


def _person(text: str) -> str:
    if not 0 < len(text.strip()) <= _LONGEST_NAME:
        raise ValueError(f"must be the name of a person, of at most {_LONGEST_NAME} signs")
    return _printable(text.strip())


def _comment(text: str) -> str:
    if len(text) > _LONGEST_COMMENT:
        raise ValueError(f"must be of at most {_LONGEST_COMMENT} signs")
    return _printable(text)


def _for(text: object) -> float:
    period = seconds(text)
    if not 0.0 < period <= _LONGEST_ACKNOWLEDGEMENT:
        raise ValueError("must be longer than 0 and at most 30d")
    return period


Person = Annotated[str, AfterValidator(_person)]
Comment = Annotated[str, AfterValidator(_comment)]
Period = Annotated[float, BeforeValidator(_for)]
Text = Annotated[str, AfterValidator(_printable), AfterValidator(_comment)]


class Fields(Settings):
    """Who says it. Nothing is converted: a text "false" is not false."""

    model_config = ConfigDict(strict=True)

    by: Person


class AlertFields(Fields):
    """Which alerts: by name, by labels, by the beginning of an episode; `all` that match."""

    alert: Text = ""
    matchers: list[Text] = Field(default_factory=list)
    episode: Text = ""
    all: bool = False
    comment: Comment = ""


class AckFields(AlertFields):
    """Seen, `for` so long; without it until the alert is over."""

    period: Period | None = Field(default=None, alias="for")


class SilenceFields(Fields):
    """What not to tell, and for how long."""

    matchers: list[Text]
    period: Period = Field(alias="for")
    comment: Comment = ""


class UnsilenceFields(Fields):
    """A silence by its id, or by the beginning of it."""

    id: Text
    comment: Comment = ""


def filled(form: type[Form], fields: Mapping[str, object]) -> Form:
    """The form as it was filled in; RefusedError with every mistake."""
    try:
        return form.model_validate(dict(fields))
    except ValidationError as error:
        known = [field.alias or name for name, field in form.model_fields.items()]
        mistakes = list(_mistakes(error.errors(include_url=False, include_input=False), known))
        raise RefusedError("; ".join(mistakes), status=_WRONG, problems=mistakes) from None


def _mistakes(details: list[ErrorDetails], known: list[str]) -> Iterator[str]:
    for detail in details:
        name = str(detail["loc"][0])
        if detail["type"] == "extra_forbidden":
            yield f"unknown field '{name[:40]}'{did_you_mean(name, known)}"
        elif detail["type"] == "missing":
            yield f"{name}: is missing" + (": the name of whoever says so" if name == "by" else "")
        else:
            words = _WORDS.get(detail["type"]) or detail["msg"].removeprefix("Value error, ")
            yield f"{name}: {words}"
