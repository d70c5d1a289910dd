"""From a file to a configuration, or to every mistake in it, its scenarios and rules at once."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from hedgewatch.config.address import url_here
from hedgewatch.config.apprise_urls import unready_apprise, unusable_urls
from hedgewatch.config.configuration import Configuration
from hedgewatch.config.desk_sense import oddities
from hedgewatch.config.draft import Draft, read_draft
from hedgewatch.config.hedges import excessive_shares, unknown_legs
from hedgewatch.config.left_out import told_once, without_unknown_scenarios
from hedgewatch.config.links import linked, pages_of
from hedgewatch.config.named_files import named_files
from hedgewatch.config.pricing import unpriced_assets, wrong_price_sources
from hedgewatch.config.problems import ConfigurationError, Problem, collecting
from hedgewatch.config.references import (
    duplicate_names,
    idle_rungs,
    mixed_prices,
    reports_to_nobody,
    secrets,
    twice_told,
    unknown_receivers,
    unknown_severities,
    unreadable_secrets,
)
from hedgewatch.config.rule_files import PlacedRule, read_rules
from hedgewatch.config.scenario_files import load_scenarios
from hedgewatch.config.shipped import shipped_rules, shipped_scenarios
from hedgewatch.config.web_file import WebFile, read_web_file, web_problems
from hedgewatch.config.yaml_source import read_source
from hedgewatch.core.model import Pages
from hedgewatch.core.rules import Rule
from hedgewatch.core.scenarios import Scenario
from hedgewatch.notify.muting import Calendar
from hedgewatch.notify.routing import RouteSettings, everywhere

_CHECKS: tuple[Callable[[Draft], Iterator[Problem]], ...] = (
    duplicate_names,
    mixed_prices,
    unknown_legs,
    excessive_shares,
    wrong_price_sources,
    unpriced_assets,
    unknown_receivers,
    reports_to_nobody,
    idle_rungs,
    unknown_severities,
    twice_told,
    unreadable_secrets,
    unready_apprise,
    web_problems,
)


def load(path: Path, *, thorough: bool = False) -> Configuration:
    """The configuration of a file; ConfigurationError names every mistake with its place.

    It touches no network, and no exchange library is imported. A `thorough` look takes seconds
    more where there are urls of apprise.
    """
    problems: list[Problem] = []
    draft = read_draft(read_source(path, problems), problems)
    for check in (*_CHECKS, unusable_urls) if thorough else _CHECKS:
        problems += check(draft)
    scenarios, rules = _judged(draft, problems)
    if problems:
        raise ConfigurationError(problems)
    return _configuration(path, draft, scenarios, rules)


@dataclass(frozen=True, slots=True)
class Judged:
    """What a configuration says of judgement: what is judged, by which rules of which files, and
    who is told.
    """

    scenarios: tuple[Scenario, ...]
    rules: tuple[Rule, ...]
    routes: tuple[RouteSettings, ...]
    rule_files: tuple[Path, ...]


def load_judgement(path: Path) -> Judged:
    """That part alone, for who may read no secret; ConfigurationError as above."""
    problems: list[Problem] = []
    draft = read_draft(read_source(path, problems), problems)
    scenarios, rules = _judged(draft, problems)
    if problems:
        raise ConfigurationError(problems)
    files = dict.fromkeys(Path(placed.group.source.file) for placed in rules)
    return Judged(scenarios, tuple(placed.rule for placed in rules), _routes(draft), tuple(files))


def _judged(
    draft: Draft, problems: list[Problem]
) -> tuple[tuple[Scenario, ...], tuple[PlacedRule, ...]]:
    """The scenarios, and the rules, which may name them.

    While a scenario is wrong, it is not known which there will be.
    """
    scenarios: tuple[Scenario, ...] = ()
    rules: tuple[PlacedRule, ...] = ()
    in_scenarios: list[Problem] = []
    in_rules: list[Problem] = []
    paths = named_files(draft, "scenarios", shipped_scenarios, problems)
    with collecting(in_scenarios):
        scenarios = load_scenarios(paths)
    paths = named_files(draft, "rules", shipped_rules, problems)
    with collecting(in_rules):
        rules = read_rules(paths, [scenario.name for scenario in scenarios])
    if in_scenarios:
        problems += in_scenarios + without_unknown_scenarios(in_rules)
    else:
        problems += told_once(draft, in_rules)
    return scenarios, rules


def _configuration(
    path: Path, draft: Draft, scenarios: tuple[Scenario, ...], placed: tuple[PlacedRule, ...]
) -> Configuration:
    routes, web = _routes(draft), read_web_file(draft.http)
    pages = _pages(draft, web)
    return Configuration(
        path=path,
        instance=draft.top.instance,
        accounts=tuple(part.settings for part in draft.accounts),
        wallets=tuple(part.settings for part in draft.wallets),
        prices={str(part.location[-1]): part.settings for part in draft.prices},
        betas=dict(draft.top.betas),
        assets=dict(draft.top.assets),
        currency=draft.top.currency,
        hedges=tuple(part.settings for part in draft.hedges),
        scenarios=scenarios,
        rules=tuple(linked((found.rule for found in placed), pages)),
        pages=pages,
        receivers=tuple(part.settings for part in draft.receivers),
        routes=routes,
        calendar=Calendar(
            quiet_hours=tuple(part.settings for part in draft.quiet_hours),
            maintenance=tuple(part.settings for part in draft.maintenance),
        ),
        http=draft.http,
        web=web.settings,
        log=draft.log,
        heartbeat=draft.heartbeat,
        reports=draft.reports,
        store=draft.top.store,
        signals=tuple(part.settings for part in draft.signals),
        calendars=tuple(part.settings for part in draft.calendars),
        recording=draft.recording,
        replica=draft.top.replica,
        warnings=tuple(dict.fromkeys(oddities(placed, draft, routes))),
        _secrets=tuple(secrets(draft)),
    )


def _pages(draft: Draft, web: WebFile) -> Pages:
    return pages_of(
        external_url=draft.http.external_url,
        here=url_here(draft.http, web),
        runbooks=draft.top.runbooks,
    )


def _routes(draft: Draft) -> tuple[RouteSettings, ...]:
    """The routes; where none are spoken of, every receiver hears of every alert."""
    if draft.source.get(("routes",)) is None:
        return everywhere(draft.names("receivers"))
    return tuple(part.settings for part in draft.routes)
