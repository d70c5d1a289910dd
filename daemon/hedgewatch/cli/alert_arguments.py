"""The options of what looks at alerts, and answers them."""

import argparse

from hedgewatch.cli.options import command, with_daemon, with_json


def add_alerts(alerts: argparse.ArgumentParser) -> None:
    with_daemon(alerts)
    alerts.add_argument("--all", action="store_true", help="also those that are only pending")
    with_json(alerts)


def add_ack(ack: argparse.ArgumentParser) -> None:
    ack.add_argument(
        "what", nargs="*", metavar="ALERT|label=value",
        help="which alert, by its name, by labels, or both",
    )  # fmt: skip
    ack.add_argument(
        "--episode", default="", metavar="ID", help="which alert, by the beginning of its episode"
    )
    ack.add_argument("--all", action="store_true", help="all alerts that match")
    ack.add_argument(
        "--for",
        dest="period",
        metavar="2h",
        help="how long it holds (default: until the alert is over)",
    )
    ack.add_argument("--withdraw", action="store_true", help="take the acknowledgement back")
    _with_person(ack)
    with_daemon(ack)
    with_json(ack)


def add_silence(silence: argparse.ArgumentParser) -> None:
    actions = silence.add_subparsers(required=True, metavar="COMMAND", dest="action")
    add = command(actions, "add", "keep alerts quiet, for at most 24h")
    add.add_argument(
        "what", nargs="+", metavar="ALERT|label=value",
        help="which alerts: a name, label=value, label!=value, label=~pattern or "
        "label!~pattern; all must hold",
    )  # fmt: skip
    add.add_argument(
        "--for", dest="period", required=True, metavar="2h", help="how long: 30m, 2h, at most 24h"
    )
    _with_person(add)
    remove = command(actions, "remove", "end a silence now")
    remove.add_argument("id", metavar="ID", help="of the silence, as `silence list` shows it")
    _with_person(remove)
    for parser in (add, remove, command(actions, "list", "the silences that hold")):
        with_daemon(parser)
        with_json(parser)


def _with_person(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--by", metavar="NAME", help="who says so (default: your user name)")
    parser.add_argument(
        "--comment", default="", metavar="TEXT", help="why (default: nothing is said)"
    )
