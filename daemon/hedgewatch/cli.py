"""Arguments and exit codes: 0 well; 1 a check failed, or a busy port or store; 2 what is decidable
offline is wrong (syntax, unknown names, duplicates, secrets).
"""

import argparse
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

import orjson

from hedgewatch import __version__, loop
from hedgewatch.config.loader import load
from hedgewatch.config.problems import ConfigurationError
from hedgewatch.config.rule_files import load_rules
from hedgewatch.config.rule_tests import run_rule_tests
from hedgewatch.demo.play import Wish, play
from hedgewatch.online import check_online
from hedgewatch.service import run_service
from hedgewatch.sim.stories import STORIES
from hedgewatch.store import StoreError
from hedgewatch.telemetry import logs
from hedgewatch.telemetry.http import CannotListenError
from hedgewatch.telemetry.redaction import Redactor

_WELL, _FAILED, _WRONG = 0, 1, 2


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; the exit code."""
    options = _parser().parse_args(arguments)
    command: Callable[[argparse.Namespace], int] = options.command
    try:
        return command(options)
    except ConfigurationError as error:
        for problem in error.problems:
            print(problem, file=sys.stderr)
        return _WRONG
    except (StoreError, CannotListenError) as error:
        print(f"hedgewatch: {error}", file=sys.stderr)
        return _FAILED
    except KeyboardInterrupt:
        return 128 + 2


def _demo(options: argparse.Namespace) -> int:
    logs.configure(sys.stderr, Redactor(), level="info" if options.verbose else "error")
    wish = Wish(
        story=options.story,
        seconds=options.seconds,
        speed=options.speed,
        listen=options.listen,
        json=options.json,
    )
    seen = loop.run(play(wish))
    if options.json:
        _print_json(seen)
    return _WELL


def _run(options: argparse.Namespace) -> int:
    return run_service(load(options.configuration))


def _check(options: argparse.Namespace) -> int:
    configuration = load(options.configuration)
    seen = {
        "accounts": len(configuration.accounts),
        "hedges": len(configuration.hedges),
        "rules": len(configuration.rules),
        "receivers": len(configuration.receivers),
    }
    if not options.online:
        _tell(options, seen, "well: " + ", ".join(f"{n} {name}" for name, n in seen.items()))
        return _WELL
    logs.configure(sys.stderr, Redactor(s.reveal() for s in configuration.secrets()), level="error")
    verdicts = loop.run(check_online(configuration, options.timeout))
    lines = [f"{name}: {verdict or 'well'}" for name, verdict in verdicts.items()]
    _tell(options, {**seen, "online": verdicts}, "\n".join(lines))
    return _FAILED if any(verdicts.values()) else _WELL


def _rules_check(options: argparse.Namespace) -> int:
    rules = load_rules(_files(options.paths))
    names = [rule.name for rule in rules]
    _tell(options, {"rules": names}, f"{len(names)} rules: {', '.join(names)}")
    return _WELL


def _rules_test(options: argparse.Namespace) -> int:
    failures = {str(path): run_rule_tests(path) for path in _files(options.paths)}
    lines = [
        *(failure for found in failures.values() for failure in map(str, found)),
        *(f"{path}: {'FAILED' if found else 'passed'}" for path, found in failures.items()),
    ]
    _tell(
        options, {path: list(map(str, found)) for path, found in failures.items()}, "\n".join(lines)
    )
    return _FAILED if any(failures.values()) else _WELL


def _files(paths: Sequence[Path]) -> list[Path]:
    """Folders stand for the YAML files in them."""
    return [
        file
        for path in paths
        for file in (sorted(path.glob("*.yaml")) if path.is_dir() else [path])
    ]


def _tell(options: argparse.Namespace, seen: object, text: str) -> None:
    if options.json:
        _print_json(seen)
    else:
        print(text)


def _print_json(seen: object) -> None:
    print(orjson.dumps(seen, option=orjson.OPT_INDENT_2).decode())


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="hedgewatch",
        description="Live risk monitor for people who hold crypto and hedge it with futures. "
        "It watches and alerts; it never trades.",
    )
    parser.add_argument("--version", action="version", version=f"hedgewatch {__version__}")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    _add_demo(commands.add_parser("demo", help="watch a made-up market through real ccxt"))
    run = commands.add_parser("run", help="the service")
    _with_configuration(run).set_defaults(command=_run)
    check = commands.add_parser("check", help="is the configuration sound?")
    _with_configuration(check).set_defaults(command=_check)
    check.add_argument("--online", action="store_true", help="try each key and symbol")
    check.add_argument("--timeout", type=float, default=60.0, metavar="SECONDS")
    _with_json(check)
    _add_rules(commands.add_parser("rules", help="the rule files and their tests"))
    return parser


def _add_demo(demo: argparse.ArgumentParser) -> None:
    stories = "; ".join(f"{name}: {story.title}" for name, story in STORIES.items())
    demo.add_argument("--story", choices=list(STORIES), default="hedged-book", help=stories)
    demo.add_argument("--seconds", type=_positive, help="wall time (default: the whole story)")
    demo.add_argument("--speed", type=_positive, default=1.0, help="of the exchange's script")
    demo.add_argument("--listen", default="127.0.0.1:9464", metavar="HOST:PORT")
    demo.add_argument("--verbose", action="store_true", help="log to standard error")
    _with_json(demo)
    demo.set_defaults(command=_demo)


def _add_rules(rules: argparse.ArgumentParser) -> None:
    commands = rules.add_subparsers(required=True, metavar="COMMAND")
    for name, command, help_text in (
        ("check", _rules_check, "are the rule files sound?"),
        ("test", _rules_test, "do the rules fire when they should?"),
    ):
        parser = commands.add_parser(name, help=help_text)
        parser.add_argument("paths", nargs="+", type=Path, metavar="FILE")
        _with_json(parser)
        parser.set_defaults(command=command)


def _with_configuration(parser: argparse.ArgumentParser) -> argparse.ArgumentParser:
    parser.add_argument(
        "-c", "--configuration", type=Path, required=True, metavar="FILE", help="hedgewatch.yaml"
    )
    return parser


def _with_json(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--json", action="store_true", help="answer with one JSON object")


def _positive(text: str) -> float:
    value = float(text)
    if not 0.0 < value < float("inf"):
        raise argparse.ArgumentTypeError(f"must be above 0, found {text}")
    return value
