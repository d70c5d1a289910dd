"""From a file to a configuration, or to every mistake in it and in its rule files at once."""

import glob
from collections.abc import Callable, Iterator
from pathlib import Path

from hedgewatch.config.configuration import Configuration
from hedgewatch.config.draft import Draft, read_draft
from hedgewatch.config.hedges import excessive_shares, unknown_legs
from hedgewatch.config.pricing import unpriced_assets, wrong_price_sources
from hedgewatch.config.problems import ConfigurationError, Problem, collecting
from hedgewatch.config.references import (
    duplicate_names,
    mixed_prices,
    secrets,
    twice_told,
    unknown_receivers,
    unknown_severities,
    unreadable_secrets,
)
from hedgewatch.config.rule_files import load_rules
from hedgewatch.config.shipped import shipped_rules
from hedgewatch.config.yaml_source import read_source
from hedgewatch.core.rules import Rule
from hedgewatch.notify.routing import RouteSettings

_SHIPPED = "shipped"
"""What `rules:` calls the rules that come with the program."""

_CHECKS: tuple[Callable[[Draft], Iterator[Problem]], ...] = (
    duplicate_names,
    mixed_prices,
    unknown_legs,
    excessive_shares,
    wrong_price_sources,
    unpriced_assets,
    unknown_receivers,
    unknown_severities,
    twice_told,
    unreadable_secrets,
)


def load(path: Path) -> Configuration:
    """The configuration of a file; ConfigurationError names every mistake with its place.

    It touches no network, and no exchange library is imported.
    """
    problems: list[Problem] = []
    draft = read_draft(read_source(path, problems), problems)
    for check in _CHECKS:
        problems += check(draft)
    rules: tuple[Rule, ...] = ()
    with collecting(problems):
        rules = load_rules(_rule_paths(draft, problems))
    if problems:
        raise ConfigurationError(problems)
    return _configuration(path, draft, rules)


def _configuration(path: Path, draft: Draft, rules: tuple[Rule, ...]) -> Configuration:
    return Configuration(
        path=path,
        instance=draft.top.instance,
        accounts=tuple(part.settings for part in draft.accounts),
        wallets=tuple(part.settings for part in draft.wallets),
        prices={str(part.location[-1]): part.settings for part in draft.prices},
        betas=dict(draft.top.betas),
        hedges=tuple(part.settings for part in draft.hedges),
        rules=rules,
        receivers=tuple(part.settings for part in draft.receivers),
        routes=_routes(draft),
        http=draft.http,
        log=draft.log,
        store=draft.top.store,
        replica=draft.top.replica,
        _secrets=tuple(secrets(draft)),
    )


def _routes(draft: Draft) -> tuple[RouteSettings, ...]:
    """The routes; where none are spoken of, every receiver hears of every alert."""
    names = tuple(draft.names("receivers"))
    if draft.source.get(("routes",)) is None and names:
        return (RouteSettings(to=names),)
    return tuple(part.settings for part in draft.routes)


def _rule_paths(draft: Draft, problems: list[Problem]) -> list[Path]:
    """The rule files, each once; the shipped ones when the configuration names none, or says so."""
    patterns = draft.source.get(("rules",))
    if patterns is None:
        return _shipped(draft, problems)
    paths: dict[Path, None] = {}
    for index, pattern in enumerate(patterns if isinstance(patterns, list) else ()):
        place = ("rules", index)
        if not isinstance(pattern, str):
            problems.append(draft.source.problem(place, "a rule file is named by its path"))
            continue
        folder = Path(draft.source.file).parent
        found = shipped_rules() if pattern == _SHIPPED else _matching(folder, pattern)
        if not found:
            message = f"no file matches {pattern}, seen from {draft.source.folder}"
            problems.append(draft.source.problem(place, message))
        paths |= dict.fromkeys(found)
    return list(paths)


def _shipped(draft: Draft, problems: list[Problem]) -> list[Path]:
    paths = shipped_rules()
    if not paths:
        message = "this installation has lost its rules: name yours, rules: [rules/*.yaml]"
        problems.append(draft.source.problem((), message))
    return paths


def _matching(folder: Path, pattern: str) -> list[Path]:
    """Unlike `Path.glob`, this takes absolute patterns as well, and first a file of that name."""
    if (folder / pattern).is_file():
        return [folder / pattern]
    rooted = str(Path(glob.escape(str(folder))) / pattern)
    found = glob.glob(rooted, recursive=True)  # noqa: PTH207
    return sorted(path for path in map(Path, found) if path.is_file())
