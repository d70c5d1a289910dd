"""The commands and their options, read without importing what the commands need."""

import argparse
from collections.abc import Sequence
from datetime import UTC, date, datetime
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
    _add_top(commands.add_parser("top", help="the status page on this terminal, live"))
    _add_alerts(commands.add_parser("alerts", help="what stands: firing, acknowledged, silenced"))
    _add_report(commands.add_parser("report", help="the report of a day, or of a week"))
    _add_backup(commands.add_parser("backup", help="a copy of the store, while the daemon runs"))
    _add_record(commands.add_parser("record", help="keep what happened last: a copy of the ring"))
    _add_replay(commands.add_parser("replay", help="a recording, judged again by the same engine"))
    _add_ack(commands.add_parser("ack", help="say that an alert was seen"))
    _add_silence(commands.add_parser("silence", help="what not to be told for a while"))
    _add_notify(commands.add_parser("notify", help="does an alert arrive?"))
    _add_connect(commands.add_parser("connect", help="make a configuration, by asking"))
    _add_venues(commands.add_parser("venues", help="what each venue would give, and wants"))
    _add_keys(commands.add_parser("keys", help="what may each key do, and until when?"))
    return parser


def _add_notify(notify: argparse.ArgumentParser) -> None:
    actions = notify.add_subparsers(required=True, metavar="COMMAND", dest="action")
    test = actions.add_parser("test", help="a test alert through receivers, and its end")
    test.add_argument("receivers", nargs="*", metavar="RECEIVER", help="a name, or several")
    test.add_argument("--all", action="store_true", help="through all receivers")
    test.add_argument(
        "--severity", choices=("info", "warning", "critical"), default="critical",
        help="of the test alert (default: critical, the way that matters)",
    )  # fmt: skip
    _with_configuration(test)
    _with_json(test)


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
    report.add_argument("--format", choices=("text", "md", "html", "json"), default="text")
    report.add_argument("--out", type=Path, metavar="FILE", help="write it there")
    report.add_argument(
        "--store", type=Path, metavar="FILE", help="of this store, or backup; no daemon is asked"
    )
    _with_daemon(report)
    _with_json(report)


def _add_backup(backup: argparse.ArgumentParser) -> None:
    _with_configuration(backup)
    backup.add_argument("--out", type=Path, metavar="FILE", required=True, help="a new file")
    _with_json(backup)


def _add_record(record: argparse.ArgumentParser) -> None:
    _with_configuration(record)
    record.add_argument(
        "--out", type=Path, metavar="FILE", help="copy it there (default: say what there is)"
    )
    record.add_argument(
        "--last", default="1h", metavar="1h", help="how far back; a copy begins somewhat earlier"
    )
    _with_json(record)


def _add_replay(replay: argparse.ArgumentParser) -> None:
    _with_recording(replay)
    _with_json(replay)


def _with_recording(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "recording", type=Path, metavar="RECORDING", help="a file of `record --out`, or the ring"
    )
    parser.add_argument(
        "--until", type=_moment, default=float("inf"), metavar="TIME",
        help="stop there: 2026-11-30T03:15 (UTC, unless it says otherwise)",
    )  # fmt: skip


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


def _add_top(top: argparse.ArgumentParser) -> None:
    _with_daemon(top)
    top.add_argument("--once", action="store_true", help="one picture, whole, and leave")
    _with_json(top)


def _add_alerts(alerts: argparse.ArgumentParser) -> None:
    _with_daemon(alerts)
    alerts.add_argument("--all", action="store_true", help="those that are only pending too")
    _with_json(alerts)


def _add_ack(ack: argparse.ArgumentParser) -> None:
    ack.add_argument(
        "what", nargs="*", metavar="ALERT|label=value",
        help="which alert, by its name, by labels, or both",
    )  # fmt: skip
    ack.add_argument("--episode", default="", metavar="ID", help="by the beginning of its episode")
    ack.add_argument("--all", action="store_true", help="all that match")
    ack.add_argument("--for", dest="period", metavar="2h", help="(default: until it is over)")
    ack.add_argument("--withdraw", action="store_true", help="take an acknowledgement back")
    _with_person(ack)
    _with_daemon(ack)
    _with_json(ack)


def _add_silence(silence: argparse.ArgumentParser) -> None:
    actions = silence.add_subparsers(required=True, metavar="COMMAND", dest="action")
    add = actions.add_parser("add", help="keep alerts quiet, for at most 24h")
    add.add_argument(
        "what", nargs="+", metavar="ALERT|label=value",
        help="NAME=VALUE, NAME!=VALUE, NAME=~PATTERN or NAME!~PATTERN; all must hold",
    )  # fmt: skip
    add.add_argument("--for", dest="period", required=True, metavar="2h")
    _with_person(add)
    remove = actions.add_parser("remove", help="end a silence now")
    remove.add_argument("id", metavar="ID", help="as `silence list` shows it")
    _with_person(remove)
    for parser in (add, remove, actions.add_parser("list", help="the silences that hold")):
        _with_daemon(parser)
        _with_json(parser)


def _with_person(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--by", metavar="NAME", help="who says so (default: your user name)")
    parser.add_argument("--comment", default="", metavar="TEXT", help="why")


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


def _add_connect(connect: argparse.ArgumentParser) -> None:
    connect.add_argument("--venue", metavar="VENUE", help="where the account is, as ccxt calls it")
    connect.add_argument(
        "--endpoint", nargs=2, metavar=("REST", "WS"),
        help="addresses in place of the venue's own: a proxy, or a paper exchange",
    )  # fmt: skip
    connect.add_argument(
        "-o", "--out", type=Path, default=Path("hedgewatch.yaml"), metavar="FILE",
        help="what is written, or added to when it is there (default: hedgewatch.yaml)",
    )  # fmt: skip
    connect.add_argument("--yes", action="store_true", help="take all that is proposed")


def _add_venues(venues: argparse.ArgumentParser) -> None:
    venues.add_argument("venues", nargs="*", metavar="VENUE", help="only this one, or these")
    _with_json(venues)


def _add_keys(keys: argparse.ArgumentParser) -> None:
    keys.add_argument("accounts", nargs="*", metavar="ACCOUNT", help="only this one, or these")
    _with_configuration(keys)
    keys.add_argument("--timeout", type=_positive, default=30.0, metavar="SECONDS")
    _with_json(keys)


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
        else:
            parser.add_argument(
                "--run", default="", metavar="NAME", help="only tests with this in their name"
            )
        _with_json(parser)
    _add_rules_replay(actions.add_parser("replay", help="what would have fired, by a recording"))
    _add_explain(actions.add_parser("explain", help="what a rule means, and why it (not) fires"))
    _add_export(actions.add_parser("export", help="as a Prometheus rule file"))
    schema = actions.add_parser("schema", help="the JSON Schema of rule files, for editors")
    schema.add_argument("--tests", action="store_true", help="that of their tests")


def _add_export(export: argparse.ArgumentParser) -> None:
    export.add_argument(
        "paths", nargs="*", type=Path, metavar="FILE", help="rule files (default: the shipped ones)"
    )
    export.add_argument(
        "-c", "--configuration", type=Path, metavar="FILE", help="the rules of this configuration"
    )
    export.add_argument("--out", type=Path, metavar="FILE", help="where it is written")
    export.add_argument(
        "--job", default="hedgewatch", metavar="NAME", help="as which Prometheus scrapes it"
    )
    _add_scenarios(export)
    _with_json(export)


def _add_rules_replay(replay: argparse.ArgumentParser) -> None:
    _with_recording(replay)
    replay.add_argument(
        "--rules", default="recorded", metavar="FILE|recorded",
        help="rule files or their folder (default: the rules that were loaded)",
    )  # fmt: skip
    replay.add_argument(
        "--against", metavar="FILE|recorded", help="other rules, to see the difference"
    )
    replay.add_argument("--plot", type=Path, metavar="FILE.png|svg", help="draw the timeline")
    _with_json(replay)


def _add_explain(explain: argparse.ArgumentParser) -> None:
    explain.add_argument("name", metavar="NAME", help="of the rule")
    _with_daemon(explain)
    explain.add_argument(
        "--rules", action="append", default=[], type=Path, metavar="FILE",
        help="explain the rule of these files, and ask no daemon",
    )  # fmt: skip
    _add_scenarios(explain)
    _with_json(explain)


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


def _day(text: str) -> str:
    try:
        return text if text == "today" else date.fromisoformat(text).isoformat()
    except ValueError:
        message = f"must read like 2026-11-29, or be today, found {text}"
        raise argparse.ArgumentTypeError(message) from None


def _moment(text: str) -> float:
    try:
        told = datetime.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"must read like 2026-11-30T03:15, found {text}") from None
    return (told if told.tzinfo else told.replace(tzinfo=UTC)).timestamp()


def _positive(text: str) -> float:
    value = float(text)
    if not 0.0 < value < float("inf"):
        raise argparse.ArgumentTypeError(f"must be above 0, found {text}")
    return value
