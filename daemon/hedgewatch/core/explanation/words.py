"""A rule in words, for whoever did not write it."""

from collections.abc import Iterator, Mapping

from hedgewatch.core.expression import OUTSIDE, Expression, Unit, parts_of
from hedgewatch.core.expression.saying import in_words
from hedgewatch.core.expression.spelling import literal
from hedgewatch.core.expression.windowing import windowed_unit, windowing_of
from hedgewatch.core.measures import CATALOGUE, STRESS_MEASURES, Measure, symbols
from hedgewatch.core.model import Scope
from hedgewatch.core.rules import Rule

_EVERY: Mapping[Scope, str] = {
    Scope.POSITION: "on every position",
    Scope.POOL: "on every margin pool",
    Scope.HEDGE: "on every hedge",
    Scope.ACCOUNT: "on every account",
    Scope.FEED: "on every feed",
    Scope.ASSET: "on every asset",
    Scope.BOOK: "on the whole desk",
    Scope.SIGNAL: "on every signal",
    Scope.CORRELATION: "on every signal and asset",
    Scope.CALENDAR: "on every calendar",
}


def unit_of_measure(scope: Scope, name: str) -> Unit | None:
    """The unit of a measure, be it of a scenario or of a window."""
    known = symbols(scope)
    measure, scenario = parts_of(name)
    unit = {**OUTSIDE, **known.of_scenario}.get(measure) if scenario else known.get(measure)
    windowing = windowing_of(name)
    return unit if windowing is None else windowed_unit(windowing.function, unit)


def rule_in_words(rule: Rule) -> tuple[str, ...]:
    """What it watches, when it fires, when it is over, and what else was asked of it."""
    return tuple(_sentences(rule))


def measures_in_words(rule: Rule) -> dict[str, str]:
    """What each measure says that its expressions read."""
    return {
        name: found.help
        for name in sorted(_names(rule))
        if (found := _measure(rule.scope, parts_of(name)[0])) is not None
    }


def _measure(scope: Scope, name: str) -> Measure | None:
    named = (each for each in (*CATALOGUE, *STRESS_MEASURES) if each.name == name)
    return next((each for each in named if each.scope is scope or name in OUTSIDE), None)


def _names(rule: Rule) -> frozenset[str]:
    return rule.expr.names | (rule.clear.names if rule.clear else frozenset())


def _sentences(rule: Rule) -> Iterator[str]:
    yield f"It watches {_where(rule)}."
    held = f" for {_time(rule.hold_for)}" if rule.hold_for else ""
    yield f"It fires when this holds{held}: {_said(rule, rule.expr)}."
    yield _ending(rule)
    yield (
        "What cannot be known counts as true."
        if rule.unknown == "fire"
        else "What cannot be known neither fires it nor ends it."
    )
    if rule.realert is not None:
        yield (
            f"While it fires it is told again when {rule.realert.of.text} has grown by "
            f"{literal(rule.realert.worse_by, _realert_unit(rule))}, at most once in "
            f"{_time(rule.realert.every)}."
        )
    yield (
        "It can be silenced." if rule.silenceable else "It cannot be silenced, only acknowledged."
    )


def _realert_unit(rule: Rule) -> Unit | None:
    names = rule.realert.of.names if rule.realert else frozenset()
    return next((unit_of_measure(rule.scope, name) for name in names), None)


def _where(rule: Rule) -> str:
    kept = [f"{name} is {' or '.join(sorted(values))}" for name, values in rule.where.items()]
    where = f" where {' and '.join(kept)}" if kept else ""
    return _EVERY[rule.scope].removeprefix("on ") + where


def _ending(rule: Rule) -> str:
    clear = "it does not" if rule.clear is None else f"this holds: {_said(rule, rule.clear)}"
    stay = (
        f" and {_time(rule.keep_firing_for)} have passed since the first of them"
        if rule.keep_firing_for
        else ""
    )
    settle = (
        f" What leaves its danger in one clear step (a top-up, say) waits no longer; what drifts"
        f" back over the threshold is over {_time(rule.settle)} after it fired, at the earliest;"
        f" what fires again within {_time(rule.settle)} of its end is over once it was clear for"
        f" {_time(rule.settle)}."
        if rule.settle
        else ""
    )
    over = f"It is over when {clear}, on two fresh observations of everything it reads{stay}."
    return over + settle


def _said(rule: Rule, expression: Expression) -> str:
    return in_words(expression.root, lambda name: unit_of_measure(rule.scope, name))


def _time(seconds: float) -> str:
    return literal(seconds, Unit.SECONDS)
