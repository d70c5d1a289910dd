"""The commands and their options, read without importing what the commands need."""

import argparse
from collections.abc import Sequence
from pathlib import Path

from hedgewatch import __version__


def parse(arguments: Sequence[str]) -> argparse.Namespace:
    """The options; `command` is the module of the command."""
    return _parser(demo="demo" in arguments).parse_args(arguments)


def _parser(*, demo: bool) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="hedgewatch",
        description="Live risk monitor for people who hold crypto and hedge it with futures. "
        "It watches and alerts; it never trades.",
    )
    parser.add_argument("--version", action="version", version=f"hedgewatch {__version__}")
    parser.set_defaults(json=False)
    commands = parser.add_subparsers(required=True, metavar="COMMAND", dest="command")
    played = commands.add_parser("demo", help="watch a made-up market through real ccxt")
    if demo:
        _add_demo(played)
    _with_configuration(commands.add_parser("run", help="the service"))
    _add_check(commands.add_parser("check", help="is the configuration sound?"))
    _add_rules(commands.add_parser("rules", help="the rule files and their tests"))
    _add_stress(commands.add_parser("stress", help="what if: pools and hedges under scenarios"))
    return parser


def _add_stress(stress: argparse.ArgumentParser) -> None:
    _with_daemon(stress)
    stress.add_argument(
        "--scenario", action="append", default=[], metavar="NAME", help="only this one, or these"
    )
    stress.add_argument(
        "--plot", type=Path, metavar="FILE.png|svg",
        help="draw margin ratios against a common move of all prices",
    )  # fmt: skip
    _with_json(stress)


def _add_demo(demo: argparse.ArgumentParser) -> None:
    # With the stories comes the paper exchange, half of what all other commands need to start.
    from hedgewatch.sim.stories import STORIES  # noqa: PLC0415

    stories = "; ".join(f"{name}: {story.title}" for name, story in STORIES.items())
    demo.add_argument("--story", choices=list(STORIES), default="hedged-book", help=stories)
    demo.add_argument("--seconds", type=_positive, help="wall time (default: the whole story)")
    demo.add_argument("--speed", type=_positive, default=1.0, help="of the exchange's script")
    demo.add_argument("--listen", default="127.0.0.1:9464", metavar="HOST:PORT")
    demo.add_argument("--verbose", action="store_true", help="log to standard error")
    _with_json(demo)


def _add_check(check: argparse.ArgumentParser) -> None:
    _with_configuration(check)
    check.add_argument("--online", action="store_true", help="try each key and symbol")
    check.add_argument("--timeout", type=float, default=60.0, metavar="SECONDS")
    _with_json(check)


def _add_rules(rules: argparse.ArgumentParser) -> None:
    actions = rules.add_subparsers(required=True, metavar="COMMAND", dest="action")
    for name, help_text in (
        ("check", "are the rule files sound?"),
        ("test", "do the rules fire when they should?"),
    ):
        parser = actions.add_parser(name, help=help_text)
        parser.add_argument("paths", nargs="+", type=Path, metavar="FILE")
        if name == "check":
            _add_scenarios(parser)
        _with_json(parser)


def _add_scenarios(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--scenarios", action="append", default=[], metavar="FILE|shipped",
        help="scenarios that the rules may name, in place of the shipped ones unless these are "
        "named too",
    )  # fmt: skip


def _with_daemon(parser: argparse.ArgumentParser) -> None:
    """Which running daemon is asked."""
    parser.add_argument("--url", metavar="URL", help="of the daemon (default: from -c)")
    parser.add_argument(
        "-c", "--configuration", type=Path, metavar="FILE", help="its address and its http.token"
    )


def _with_configuration(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "-c", "--configuration", type=Path, required=True, metavar="FILE", help="hedgewatch.yaml"
    )


def _with_json(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--json", action="store_true", help="answer with one JSON object")


def _positive(text: str) -> float:
    value = float(text)
    if not 0.0 < value < float("inf"):
        raise argparse.ArgumentTypeError(f"must be above 0, found {text}")
    return value
