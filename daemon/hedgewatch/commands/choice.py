"""Which alerts a command means: those that stand, by name, labels or episode."""

from collections.abc import Iterable, Sequence

from hedgewatch.commands.forms import AlertFields
from hedgewatch.commands.refusal import RefusedError
from hedgewatch.config.problems import nearest
from hedgewatch.core.alert_model import AlertRecord, AlertState
from hedgewatch.notify.matchers import Matcher, MatcherError, labels_of, matches_all, parse_matcher

_WRONG, _MISSING, _AMBIGUOUS = 400, 404, 409
_SHORTEST_EPISODE = 4
_TOLD = frozenset({AlertState.FIRING, AlertState.ENDED})


def chosen(form: AlertFields, alerts: Iterable[AlertRecord]) -> tuple[AlertRecord, ...]:
    """The alerts that are meant, at least one; RefusedError says what stands instead."""
    matchers = matchers_of(form.matchers)
    vague = _vague(form)
    if vague:
        raise RefusedError(vague, status=_WRONG, problems=[vague])
    standing = tuple(alerts)
    found = [alert for alert in standing if _is_meant(alert, form, matchers)]
    if not found:
        raise RefusedError(_none(form, standing), status=_MISSING, alerts=standing)
    told = tuple(alert for alert in found if alert.state in _TOLD)
    if not told:
        why = "it is only pending: nobody was told of it yet"
        raise RefusedError(why, status=_AMBIGUOUS, alerts=found)
    if len(told) > 1 and not form.all:
        why = f"{len(told)} alerts match: say which, by a label or its episode, or all of them"
        raise RefusedError(why, status=_AMBIGUOUS, alerts=told)
    return told


def matchers_of(texts: Sequence[str]) -> tuple[Matcher, ...]:
    """The matchers that the texts say; RefusedError with every mistake."""
    found, mistakes = [], []
    for text in texts:
        try:
            found.append(parse_matcher(text))
        except MatcherError as error:
            mistakes.append(f"matchers: {error}")
    if mistakes:
        raise RefusedError("; ".join(mistakes), status=_WRONG, problems=mistakes)
    return tuple(found)


def _vague(form: AlertFields) -> str:
    """Why it cannot be known which alert is meant, whatever stands; empty when it can."""
    if form.episode and len(form.episode) < _SHORTEST_EPISODE:
        return f"episode: at least the first {_SHORTEST_EPISODE} signs"
    if not (form.alert or form.matchers or form.episode or form.all):
        return "which alert? name it, or a label of it, or its episode"
    return ""


def _is_meant(alert: AlertRecord, form: AlertFields, matchers: Sequence[Matcher]) -> bool:
    named = not form.alert or alert.alertname == form.alert
    of_episode = alert.episode.startswith(form.episode)
    return named and of_episode and matches_all(matchers, labels_of(alert))


def _none(form: AlertFields, standing: Sequence[AlertRecord]) -> str:
    if not standing:
        return "no alert stands"
    names = {alert.alertname for alert in standing}
    if form.alert and form.alert not in names:
        return f"no alert {form.alert} stands{nearest(form.alert, names)}"
    return "none of the alerts that stand matches"
