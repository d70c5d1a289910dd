"""Rules beside the configuration that loads them: subjects that it has not, alerts that go nowhere,
dangers that nothing looks at.

Each is a warning: what is not there today may come tomorrow.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from hedgewatch.config.draft import Draft
from hedgewatch.config.problems import Problem, did_you_mean
from hedgewatch.config.rule_files import PlacedRule
from hedgewatch.config.shipped import SHIPPED, shipped_rules
from hedgewatch.core.expression import OUTSIDE, parts_of
from hedgewatch.core.model import Scope
from hedgewatch.core.rules import IDENTITY, Rule
from hedgewatch.notify.routing import RouteSettings
from hedgewatch.venues.known import FULL

_POSITIONS = tuple(
    kind + mode for kind in ("net", "long", "short") for mode in ("", "-cross", "-isolated")
)
_FEEDS = ("mark", "quote", "user", "rest")
_EXPORTED: Mapping[Scope, tuple[str, ...]] = {Scope.POOL: ("currency",), Scope.POSITION: ("side",)}
"""Labels that alerts carry beside their identity: a route may match them."""
_DANGERS: Mapping[str, frozenset[str]] = {
    "how near liquidation is": frozenset(
        {
            *("margin_ratio", "headroom", "shock_down", "shock_up", "shock_nearest"),
            *("liquidation_distance", "liquidation_distance_worst", "liquidation_distance_sigmas"),
            *("worst_margin_ratio", "nearest_liquidation_distance"),
        }
    ),
    "whether an account is blind": frozenset({"account_blind", "blind_seconds", "accounts_blind"}),
}
"""Measures of which a desk that reads none is asleep."""


def oddities(
    rules: Iterable[PlacedRule], draft: Draft, routes: Sequence[RouteSettings]
) -> Iterator[Problem]:
    """What is odd about each rule, by itself and on this desk."""
    known = {
        "account": draft.names("accounts"),
        "hedge": draft.names("hedges"),
        "venue": sorted({account.settings.venue for account in draft.accounts}),
        "position": _POSITIONS,
        "feed": _FEEDS,
        "signal": draft.names("signals"),
        "calendar": draft.names("calendars"),
    }
    rules = tuple(rules)
    yield from _untold(draft)
    yield from _unwatched(rules, draft)
    yield from _uncomputed(draft)
    shipped = {str(path.resolve()) for path in shipped_rules()}
    for placed in rules:
        yield from placed.warnings
        if str(Path(placed.group.source.file).resolve()) not in shipped:  # they fit every desk
            yield from _unknown_subjects(placed, known)
        yield from _unknown_outside(placed, known)
        if routes and not any(_may_take(route, placed.rule) for route in routes):
            message = f"no route takes {placed.rule.name}: nobody would hear of it; add a route"
            yield placed.group.source.problem((*placed.location, "alert"), message)


def _untold(draft: Draft) -> Iterator[Problem]:
    """Whoever writes down that nobody hears of anything may mean it, for a while."""
    if draft.source.get(("routes",)) == [] and draft.names("receivers"):
        message = (
            "NOBODY IS TOLD OF ANY ALERT: there is no route; leave `routes` out, and every receiver"
            " hears of every alert (MQTT and Alertmanager mirror them whatever the routes say)"
        )
        yield draft.source.problem(("routes",), message)


def _unwatched(rules: Sequence[PlacedRule], draft: Draft) -> Iterator[Problem]:
    """What no rule looks at, where the shipped ones were left out, most often by mistake."""
    named = draft.source.get(("rules",))
    if not isinstance(named, list) or SHIPPED in named:
        return
    read = frozenset[str]().union(*(placed.rule.expr.names for placed in rules))
    unwatched = [danger for danger, measures in _DANGERS.items() if measures.isdisjoint(read)]
    if unwatched:
        mend = f"rules: [{', '.join(map(str, (SHIPPED, *named)))}]"
        message = f"no rule looks at {' or '.join(unwatched)}: with the shipped ones it is {mend}"
        yield draft.source.problem(("rules",), message)


def _uncomputed(draft: Draft) -> Iterator[Problem]:
    """Accounts of whose margin nothing is computed: most rules would be silent about it."""
    for account in draft.accounts:
        venue = account.settings.venue
        if venue not in FULL:
            message = (
                f"how {venue} computes margin is not known here: margin_ratio, liquidation_distance"
                f" and stress of {account.settings.name} are unknown; its own numbers are watched"
                f" where it tells any (`hedgewatch venues {venue}`)"
            )
            yield draft.source.problem((*account.location, "venue"), message)


def _unknown_subjects(placed: PlacedRule, known: Mapping[str, Sequence[str]]) -> Iterator[Problem]:
    """Values of `where` that no subject of this desk has."""
    for name, held, place in placed.group.named(placed.location, "where"):
        values = enumerate(held) if isinstance(held, list) else ((None, held),)
        for index, value in values:
            if isinstance(value, str) and value not in known.get(name, (value,)):
                message = f"no {name} is called '{value}'{did_you_mean(value, known[name])}"
                where = place if index is None else (*place, index)
                yield placed.group.source.problem(where, message)


def _unknown_outside(placed: PlacedRule, known: Mapping[str, Sequence[str]]) -> Iterator[Problem]:
    """A signal or calendar that a rule asks for, and that is not read."""
    for measure, name in sorted(map(parts_of, placed.rule.reads)):
        kind = "signal" if measure.startswith("signal_") else "calendar"
        if measure in OUTSIDE and name and name not in known[kind]:
            hint = did_you_mean(name, known[kind])
            message = f"{placed.rule.name} asks for the {kind} '{name}', which is not read{hint}"
            yield placed.group.source.problem((*placed.location, "alert"), message)


def _may_take(route: RouteSettings, rule: Rule) -> bool:
    """Whether the route takes any alert that this rule may make."""
    told = {**rule.labels, "alertname": rule.name, "severity": rule.severity.value}
    return all(
        _may_be(rule, name, told.get(name), (wanted,) if isinstance(wanted, str) else wanted)
        for name, wanted in route.match.items()
    )


def _may_be(rule: Rule, name: str, told: str | None, wanted: Sequence[str]) -> bool:
    if told is not None:
        return told in wanted
    if name in IDENTITY[rule.scope]:
        return not rule.where.get(name, frozenset(wanted)).isdisjoint(wanted)
    return name in _EXPORTED.get(rule.scope, ())
