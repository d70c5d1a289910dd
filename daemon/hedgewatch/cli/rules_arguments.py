"""The commands of `hedgewatch rules`, and their options."""

import argparse
from pathlib import Path

from hedgewatch.cli.options import command, with_daemon, with_json, with_recording


def add_rules(rules: argparse.ArgumentParser) -> None:
    actions = rules.add_subparsers(required=True, metavar="COMMAND", dest="action")
    _add_check(command(actions, "check", "are the rule files sound?"))
    _add_test(command(actions, "test", "do the rules fire when they should, and only then?"))
    _add_rules_replay(command(actions, "replay", "what these rules would have said of a recording"))
    _add_explain(command(actions, "explain", "what a rule means, and why it fires or not"))
    _add_export(command(actions, "export", "the rules as a rule file of Prometheus"))
    schema = command(actions, "schema", "the JSON Schema of rule files, for editors")
    schema.add_argument("--tests", action="store_true", help="that of tests of rules")


def _add_check(check: argparse.ArgumentParser) -> None:
    check.add_argument("paths", nargs="+", type=Path, metavar="FILE", help="rule files or folders")
    _add_scenarios(check)
    with_json(check)


def _add_test(test: argparse.ArgumentParser) -> None:
    test.add_argument("paths", nargs="+", type=Path, metavar="FILE", help="files of tests")
    test.add_argument(
        "--run", default="", metavar="WORDS",
        help="only tests with these words in their name (default: all)",
    )  # fmt: skip
    with_json(test)


def _add_rules_replay(replay: argparse.ArgumentParser) -> None:
    with_recording(replay)
    replay.add_argument(
        "--rules", default="recorded", metavar="FILE|recorded",
        help="rule files or their folder (default: the rules that were loaded)",
    )  # fmt: skip
    replay.add_argument(
        "--against",
        metavar="FILE|recorded",
        help="other rules, to see the difference (default: none)",
    )
    replay.add_argument(
        "--plot",
        type=Path,
        metavar="FILE.png|svg",
        help="draw the timeline (default: it is only told)",
    )
    with_json(replay)


def _add_explain(explain: argparse.ArgumentParser) -> None:
    explain.add_argument("name", metavar="NAME", help="of the rule, as MarginDanger")
    with_daemon(explain)
    explain.add_argument(
        "--rules", action="append", default=[], type=Path, metavar="FILE",
        help="explain the rule of these files, and ask no daemon (default: those that are loaded)",
    )  # fmt: skip
    _add_scenarios(explain)
    with_json(explain)


def _add_export(export: argparse.ArgumentParser) -> None:
    export.add_argument(
        "paths", nargs="*", type=Path, metavar="FILE", help="rule files (default: the shipped ones)"
    )
    export.add_argument(
        "-c",
        "--configuration",
        type=Path,
        metavar="FILE",
        help="the rules of this configuration (default: none)",
    )
    export.add_argument(
        "--out", type=Path, metavar="FILE", help="where it is written (default: it is printed)"
    )
    export.add_argument(
        "--job",
        default="hedgewatch",
        metavar="NAME",
        help="as which Prometheus scrapes the daemon (default: hedgewatch)",
    )
    _add_scenarios(export)
    with_json(export)


def _add_scenarios(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--scenarios", action="append", default=[], metavar="FILE|shipped",
        help="scenarios that the rules may name; may be repeated (default: shipped)",
    )  # fmt: skip
