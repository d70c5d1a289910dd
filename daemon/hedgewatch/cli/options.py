"""Options that several commands have."""

import argparse
from datetime import UTC, datetime
from pathlib import Path

HERE = Path("hedgewatch.yaml")
"""What `connect` writes, and all other commands read where nothing else is named."""


def command(
    commands: "argparse._SubParsersAction[argparse.ArgumentParser]", name: str, does: str
) -> argparse.ArgumentParser:
    """A command, which says what it does in the list of commands and above its own options."""
    return commands.add_parser(name, help=does, description=f"{does[0].upper()}{does[1:]}")


def with_recording(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "recording",
        type=Path,
        metavar="RECORDING",
        help="a file of `record --out`, or the folder that the daemon records to",
    )
    parser.add_argument(
        "--until", type=moment, default=float("inf"), metavar="TIME",
        help="stop there: 2026-11-30T03:15 (UTC) or 2026-11-30T04:15+01:00 (default: its end)",
    )  # fmt: skip


def with_daemon(parser: argparse.ArgumentParser) -> None:
    """Which running daemon is asked."""
    parser.set_defaults(reads="where the daemon is")
    parser.add_argument(
        "--url",
        metavar="URL",
        help="where the daemon answers (default: as -c says, else http://127.0.0.1:9464)",
    )
    parser.add_argument(
        "-c", "--configuration", type=Path, metavar="FILE",
        help=f"says where the daemon is, and its token (default: {HERE}, if it is here)",
    )  # fmt: skip


def with_configuration(parser: argparse.ArgumentParser) -> None:
    parser.set_defaults(reads="all of it")
    parser.add_argument(
        "-c", "--configuration", type=Path, metavar="FILE",
        help=f"(default: {HERE}, here)",
    )  # fmt: skip


def with_json(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--json", action="store_true", help="answer with one JSON object")


def moment(text: str) -> float:
    try:
        told = datetime.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"must read like 2026-11-30T03:15, found {text}") from None
    return (told if told.tzinfo else told.replace(tzinfo=UTC)).timestamp()


def positive(text: str) -> float:
    value = float(text)
    if not 0.0 < value < float("inf"):
        raise argparse.ArgumentTypeError(f"must be above 0, found {text}")
    return value
