"""What a command says, to people or as JSON, and its exit code."""

import sys
from argparse import Namespace
from collections.abc import Iterable
from dataclasses import asdict

import orjson

from hedgewatch.config.problems import ConfigurationError, Problem

WELL, FAILED, WRONG = 0, 1, 2
INTERRUPTED = 128 + 2
UNREAD = 128 + 13


def counted(number: int, thing: str) -> str:
    """So many of them, in words: 1 rule, 2 rules."""
    return f"{number} {thing}{'' if number == 1 else 's'}"


def tell(options: Namespace, seen: object, text: str) -> None:
    """The one or the other, as asked."""
    if options.json:
        print_json(seen)
    else:
        print(text)


def print_json(seen: object) -> None:
    """One JSON object."""
    print(orjson.dumps(seen, option=orjson.OPT_INDENT_2).decode())


def warn(options: Namespace, warnings: Iterable[Problem]) -> None:
    """What is odd, and may be meant; as JSON it belongs to what is seen."""
    if not options.json:
        for problem in warnings:
            print(f"warning: {problem}", file=sys.stderr)


def wrong(options: Namespace, error: ConfigurationError) -> int:
    """Every mistake with its place."""
    if options.json:
        print_json({"problems": [asdict(problem) for problem in error.problems]})
    else:
        print(error, file=sys.stderr)
    return WRONG


def failed(error: Exception) -> int:
    """Why it could not be done."""
    print(f"hedgewatch: {error}", file=sys.stderr)
    return FAILED
