"""What a rule test expected, and what was: the words of its failures."""

from collections.abc import Iterator, Mapping, Sequence

from hedgewatch.config.rule_telling import Message
from hedgewatch.config.rule_test_schema import (
    AlertTestSettings,
    ExpectedAlert,
    ExpectedNotification,
    NotificationTestSettings,
)
from hedgewatch.core.alert_model import AlertRecord

_ROUNDING = 1e-6


def alerts_differ(check: AlertTestSettings, standing: Sequence[AlertRecord]) -> str:
    """What stands that should not, and what should and does not; empty when all is well."""
    missing, surplus = _unmatched(check.exp_alerts, standing)
    if not missing and not surplus:
        return ""
    wanted = "; ".join(map(_expected, missing)) or "nothing more"
    stands = "; ".join(map(_shown, surplus)) or "nothing"
    said = f"at {check.eval_time:g}s {check.alertname}: expected {wanted}, but {stands} stands"
    pairs = zip(missing, surplus, strict=False)
    return "\n".join((said, *(line for pair in pairs for line in _apart(*pair))))


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


def _apart(expected: ExpectedAlert, record: AlertRecord) -> Iterator[str]:
    """Text by text where the two differ: one word in a long description is hard to see."""
    for wanted, held in (
        (expected.exp_labels, record.labels),
        (expected.exp_annotations, record.annotations),
    ):
        if wanted is not None:
            yield from _texts_apart(wanted, held)


def _texts_apart(wanted: Mapping[str, str], held: Mapping[str, str]) -> Iterator[str]:
    for name in dict.fromkeys((*wanted, *held)):
        if wanted.get(name) != held.get(name):
            yield f"    {name}: exp {wanted.get(name)!r}"
            yield f"    {' ' * len(name)}  got {held.get(name)!r}"


def messages_differ(check: NotificationTestSettings, told: Sequence[Message]) -> str:
    """What was told otherwise than expected; empty when all is well."""
    heard = [message for message in told if _is_asked_for(check, message)]
    expected = check.exp_notifications
    if len(expected) == len(heard) and all(map(_tells, expected, heard)):
        return ""
    begins, ends = check.span
    when = f"at {begins:g}s" if begins == ends else f"from {begins:g}s to {ends:g}s"
    whom = f" to {check.receiver}" if check.receiver else ""
    lines = [f"{when} {check.alertname}{whom}: told otherwise than expected"]
    lines += ["    exp:", *(f"      {_worded(each)}" for each in expected or ("nothing",))]
    lines += ["    got:", *(f"      {message}" for message in heard or ("nothing",))]
    return "\n".join((*lines, *_bodies_apart(expected, heard)))


def _is_asked_for(check: NotificationTestSettings, message: Message) -> bool:
    begins, ends = check.span
    return (
        check.alertname in message.alertnames
        and begins - _ROUNDING <= message.at <= ends + _ROUNDING
        and check.receiver in (None, message.receiver)
    )


def _tells(expected: ExpectedNotification, message: Message) -> bool:
    return (
        expected.kind == message.kind
        and (expected.at is None or abs(expected.at - message.at) <= _ROUNDING)
        and expected.receiver in (None, message.receiver)
        and expected.exp_title in (None, message.title)
        and (expected.exp_body or "") in message.body
    )


def _worded(expected: ExpectedNotification | str) -> str:
    if isinstance(expected, str):
        return expected
    when = "" if expected.at is None else f" at {expected.at:g}s"
    whom = f" to {expected.receiver}" if expected.receiver else ""
    return f"{expected.kind}{when}{whom}" + (
        f": {expected.exp_title}" if expected.exp_title else ""
    )


def _bodies_apart(
    expected: Sequence[ExpectedNotification], heard: Sequence[Message]
) -> Iterator[str]:
    for wanted, message in zip(expected, heard, strict=False):
        if wanted.exp_body is not None and wanted.exp_body not in message.body:
            yield f"    exp_body {wanted.exp_body!r}"
            yield f"    got      {message.body!r}"
