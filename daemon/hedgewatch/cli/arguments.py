"""The commands and their options, read without importing what the commands need."""

import argparse
from collections.abc import Sequence
from datetime import date
from pathlib import Path

from hedgewatch import __version__
from hedgewatch.cli.alert_arguments import add_ack, add_alerts, add_silence
from hedgewatch.cli.options import (
    HERE,
    command,
    positive,
    with_configuration,
    with_daemon,
    with_json,
    with_recording,
)
from hedgewatch.cli.rules_arguments import add_rules


def parse(arguments: Sequence[str]) -> argparse.Namespace:
    """The options; `command` is the module of the command."""
    parser = parser_of(demo="demo" in arguments)
    options = parser.parse_args(arguments)
    if "configuration" in options and options.configuration is None:
        options.configuration = _what_is_here(options, parser)
    return options


def _what_is_here(options: argparse.Namespace, parser: argparse.ArgumentParser) -> Path | None:
    """The configuration of this folder, where the command wants one and nothing else is named."""
    needed, named = options.reads == "all of it", options.url or options.rules
    if needed and not HERE.is_file():
        parser.error(f"there is no {HERE} here: name yours with -c, or make one with `connect`")
    return HERE if needed or (options.reads and not named and HERE.is_file()) else None


def parser_of(*, demo: bool = True) -> argparse.ArgumentParser:
    """All commands; `demo` brings the options of the demonstration, and with them its stories."""
    parser = argparse.ArgumentParser(
        prog="hedgewatch",
        description="Live risk monitor for people who hold crypto and hedge it with futures. "
        "It watches and alerts; it never trades.",
        epilog="`hedgewatch COMMAND --help` says more. Exit codes: 0 well; 1 a check failed, no "
        "daemon answers, or port or store are in use; 2 the command line, the configuration or a "
        "rule is wrong.",
    )
    parser.add_argument("--version", action="version", version=f"hedgewatch {__version__}")
    parser.set_defaults(json=False, reads="", url=None, rules=None)
    commands = parser.add_subparsers(required=True, metavar="COMMAND", dest="command")
    played = command(commands, "demo", "a minute on a made-up exchange, through real ccxt")
    if demo:
        _add_demo(played)
    _add_connect(command(commands, "connect", "make a configuration by asking, or add to it"))
    _add_check(command(commands, "check", "is the configuration sound?"))
    with_configuration(command(commands, "run", "watch and alert, until it is ended"))
    _add_top(command(commands, "top", "the status page on this terminal, live"))
    add_alerts(command(commands, "alerts", "what stands: firing, acknowledged, silenced"))
    add_ack(command(commands, "ack", "say that an alert was seen, so that it is not repeated"))
    add_silence(command(commands, "silence", "what not to be told for a while"))
    _add_report(command(commands, "report", "what a day or a week brought"))
    _add_stress(command(commands, "stress", "what if: pools and hedges under scenarios"))
    add_rules(command(commands, "rules", "the rules: check, test, explain, replay, export"))
    _add_notify(command(commands, "notify", "does an alert arrive?"))
    _add_keys(command(commands, "keys", "what may each key do, and until when?"))
    _add_venues(command(commands, "venues", "what each venue would give, and wants"))
    _add_record(command(commands, "record", "keep what happened last: a copy of the recording"))
    _add_replay(command(commands, "replay", "a recording, judged again by the same engine"))
    _add_backup(command(commands, "backup", "a copy of the store, while the daemon runs"))
    return parser


def _add_notify(notify: argparse.ArgumentParser) -> None:
    actions = notify.add_subparsers(required=True, metavar="COMMAND", dest="action")
    test = command(actions, "test", "a test alert through receivers, and its end")
    test.add_argument("receivers", nargs="*", metavar="RECEIVER", help="through these alone")
    test.add_argument("--all", action="store_true", help="through all receivers")
    test.add_argument(
        "--severity", choices=("info", "warning", "critical"), default="critical",
        help="of the test alert (default: critical)",
    )  # fmt: skip
    with_configuration(test)
    with_json(test)


def _add_report(report: argparse.ArgumentParser) -> None:
    kinds = report.add_mutually_exclusive_group()
    for kind, help_text in (("daily", "of one day (default)"), ("weekly", "of seven days")):
        kinds.add_argument(
            f"--{kind}", dest="kind", action="store_const", const=kind, help=help_text
        )
    report.set_defaults(kind="daily")
    report.add_argument(
        "--at", type=_day, metavar="DATE",
        help="the day, or the last of the seven: 2026-11-29, today (default: yesterday)",
    )  # fmt: skip
    report.add_argument(
        "--timezone", metavar="ZONE", help="whose midnights count (default: that of its reports)"
    )
    report.add_argument(
        "--format", choices=("text", "md", "html", "json"), default="text",
        help="how it is written (default: text)",
    )  # fmt: skip
    report.add_argument(
        "--out", type=Path, metavar="FILE", help="write it there (default: it is printed)"
    )
    report.add_argument(
        "--store", type=Path, metavar="FILE",
        help="of this store, or backup (default: the running daemon is asked)",
    )  # fmt: skip
    with_daemon(report)
    with_json(report)


def _day(text: str) -> str:
    try:
        return text if text == "today" else date.fromisoformat(text).isoformat()
    except ValueError:
        message = f"must read like 2026-11-29, or be today, found {text}"
        raise argparse.ArgumentTypeError(message) from None


def _add_backup(backup: argparse.ArgumentParser) -> None:
    with_configuration(backup)
    backup.add_argument(
        "--out", type=Path, metavar="FILE", required=True, help="where to: a new file"
    )
    with_json(backup)


def _add_record(record: argparse.ArgumentParser) -> None:
    with_configuration(record)
    record.add_argument(
        "--out", type=Path, metavar="FILE", help="copy it there (default: only say what there is)"
    )
    record.add_argument(
        "--last",
        default="1h",
        metavar="1h",
        help="how far back; a copy begins somewhat earlier (default: 1h)",
    )
    with_json(record)


def _add_replay(replay: argparse.ArgumentParser) -> None:
    with_recording(replay)
    with_json(replay)


def _add_stress(stress: argparse.ArgumentParser) -> None:
    with_daemon(stress)
    stress.add_argument(
        "--scenario",
        action="append",
        default=[],
        metavar="NAME",
        help="only this one; may be repeated (default: all)",
    )
    stress.add_argument(
        "--plot", type=Path, metavar="FILE.png|svg",
        help="draw margin ratios against a common move of all prices (default: a table is printed)",
    )  # fmt: skip
    with_json(stress)


def _add_top(top: argparse.ArgumentParser) -> None:
    with_daemon(top)
    top.add_argument("--once", action="store_true", help="print it once, whole")
    top.epilog = "keys: space and b page, arrows or j and k move a line, g and G go to either end, "
    top.epilog += "Tab to the next part, q leaves"
    with_json(top)


def _add_demo(demo: argparse.ArgumentParser) -> None:
    # With the stories comes the paper exchange, half of what all other commands need to start.
    from hedgewatch.sim.stories import STORIES  # noqa: PLC0415

    width = max(map(len, STORIES))
    stories = (f"  {name:{width}}  {story.title}" for name, story in STORIES.items())
    demo.epilog = "\n".join(("stories:", *stories))
    demo.formatter_class = argparse.RawDescriptionHelpFormatter
    demo.add_argument(
        "--story", choices=list(STORIES), default="hedged-book", metavar="NAME",
        help="one of those below (default: hedged-book)",
    )  # fmt: skip
    demo.add_argument(
        "--seconds", type=positive, metavar="SECONDS", help="end it then (default: the whole story)"
    )
    demo.add_argument(
        "--speed",
        type=positive,
        default=1.0,
        metavar="TIMES",
        help="how fast the exchange plays; the daemon stays in real time (default: 1)",
    )
    demo.add_argument(
        "--listen",
        default="127.0.0.1:9464",
        metavar="HOST:PORT",
        help="where the status page is; another port where that is taken (default: 127.0.0.1:9464)",
    )
    demo.add_argument("--verbose", action="store_true", help="show the log, too")
    with_json(demo)


def _add_check(check: argparse.ArgumentParser) -> None:
    with_configuration(check)
    check.add_argument(
        "--online", action="store_true", help="try each key and symbol at its venue, too"
    )
    check.add_argument(
        "--timeout",
        type=positive,
        default=60.0,
        metavar="SECONDS",
        help="how long all venues together may take, with --online (default: 60)",
    )
    with_json(check)


def _add_connect(connect: argparse.ArgumentParser) -> None:
    connect.add_argument(
        "--venue",
        metavar="VENUE",
        help="where the account is, as `hedgewatch venues` calls it (default: it is asked for)",
    )
    connect.add_argument(
        "--endpoint", nargs=2, metavar=("REST", "WS"),
        help="addresses of a proxy or a paper exchange (default: the venue's own)",
    )  # fmt: skip
    connect.add_argument(
        "-o", "--out", type=Path, default=Path("hedgewatch.yaml"), metavar="FILE",
        help="what is written, or added to when it is there (default: hedgewatch.yaml, here); in "
        "/etc/hedgewatch it is for the service, with its keys as credentials",
    )  # fmt: skip
    connect.add_argument(
        "--yes",
        action="store_true",
        help="take all that is proposed; only what has no proposal is asked for",
    )


def _add_venues(venues: argparse.ArgumentParser) -> None:
    venues.add_argument(
        "venues",
        nargs="*",
        metavar="VENUE",
        help="only these, in words (default: all, on one page)",
    )
    with_json(venues)


def _add_keys(keys: argparse.ArgumentParser) -> None:
    keys.add_argument("accounts", nargs="*", metavar="ACCOUNT", help="only these (default: all)")
    with_configuration(keys)
    keys.add_argument(
        "--timeout",
        type=positive,
        default=30.0,
        metavar="SECONDS",
        help="how long each account may take (default: 30)",
    )
    with_json(keys)
