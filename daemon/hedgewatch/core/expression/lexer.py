"""Cuts an expression into words that Python's own parser may safely see.

Literals such as `80%` and `3s` are not Python: their values are kept by position, and the text for
the parser has digits of the same width in their place, so that its columns are the author's.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum
from keyword import iskeyword
from math import isfinite
from typing import NamedTuple
from unicodedata import name as character_name

from hedgewatch.core.expression.problems import LONGEST_NAME, Problem, quoted
from hedgewatch.core.expression.units import Unit

LONGEST_TEXT = 2_000
MOST_WORDS = 200
LANGUAGE_WORDS = frozenset({"and", "or", "not", "true", "false"})


class Kind(Enum):
    """What a token is to the reader of an expression."""

    NUMBER = "number"
    NAME = "name"
    TEXT = "text"
    NOT = "not"
    OPERATOR = "operator"
    OPEN = "("
    CLOSE = ")"
    COMMA = ","


class Token(NamedTuple):
    """A word of the expression and where it stands; `value` and `unit` are those of a number."""

    kind: Kind
    text: str
    line: int
    column: int
    value: float = 0.0
    unit: Unit = Unit.NUMBER

    def problem(self, message: str) -> Problem:
        """Report a mistake at this word."""
        return Problem(self.line, self.column, message)


@dataclass(frozen=True, slots=True)
class _Scale:
    """A literal's suffix: shifting the decimal point is exact where dividing would round twice."""

    unit: Unit
    shift: int = 0
    factor: float = 1.0


_SCALES = {
    "": _Scale(Unit.NUMBER),
    "%": _Scale(Unit.RATIO, shift=-2),
    "ms": _Scale(Unit.SECONDS, shift=-3),
    "s": _Scale(Unit.SECONDS),
    "m": _Scale(Unit.SECONDS, factor=60.0),
    "h": _Scale(Unit.SECONDS, factor=3_600.0),
    "d": _Scale(Unit.SECONDS, factor=86_400.0),
}
_KINDS = {"(": Kind.OPEN, ")": Kind.CLOSE, ",": Kind.COMMA}
_WORD_KINDS = {"and": Kind.OPERATOR, "or": Kind.OPERATOR, "not": Kind.NOT}

_PIECES = re.compile(
    r"""
      (?P<space>    [ \t\r\n]+ )
    | (?P<alien>    \w*[^\x00-\x7f][\w\x80-\U0010ffff]* )
    | (?P<number>   (?P<mantissa>\d+\.?\d*|\.\d+)(?:[eE](?P<exponent>[+-]?\d+))?
                    (?P<suffix>%[\w.]*|[A-Za-z_]\w*)? )
    | (?P<text>     "[^"\n]*"|'[^'\n]*' )
    | (?P<foreign>  \#[^\n]*|\*\*|//|&&|\|\||:=|=[<>]|<[<>]|>>|->
                    |\.\s*[A-Za-z_]\w* |[fFrRbBuU]{0,2}(?:"[^"\n]*"?|'[^'\n]*'?) )
    | (?P<name>     [A-Za-z_]\w* )
    | (?P<operator> [<>=!]=|[-+*/<>] )
    | (?P<bracket>  [(),] )
    | (?P<other>    . )
    """,
    re.ASCII | re.DOTALL | re.VERBOSE,
)

_COMPARE = "compare with == (equal) or != (not equal)"
_INSTEAD = {
    "**": "there is no power: multiply instead",
    "//": "there is no integer division: write / instead",
    "&&": "write 'and' instead of '&&'",
    "&": "write 'and' instead of '&'",
    "||": "write 'or' instead of '||'",
    "|": "write 'or' instead of '|'",
    "!": "write 'not' instead of '!'",
    "=": _COMPARE,
    "<>": "write != instead of <>",
    "=>": "write >= instead of =>",
    "=<": "write <= instead of =<",
    ":=": _COMPARE,
    "%": "'%' belongs right after a number, as in 80%: there is no modulo",
    ".": "'.' is not part of the language: a measure is one plain name",
    "[": "square brackets are not part of the language: use ( and )",
    "]": "square brackets are not part of the language: use ( and )",
    "{": "braces are not part of the language: use ( and )",
    "}": "braces are not part of the language: use ( and )",
    ";": "one expression only: join conditions with 'and' or 'or'",
}


class Lexer:
    """Reads one text once; afterwards `tokens` and `problems` say what was found."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.tokens: list[Token] = []
        self.problems: list[Problem] = []
        self._line, self._line_start = 1, 0
        if len(text) > LONGEST_TEXT:
            message = f"is {len(text)} characters long, {LONGEST_TEXT} are allowed: split the rule"
            self.problems.append(Problem(1, 1, f"the expression {message}"))
        else:
            self._read()

    @property
    def plain_text(self) -> str:
        """The text as Python may parse it: every token in its place, without what is not Python."""
        lines = [list(" " * len(line)) for line in self.text.split("\n")]
        for token in self.tokens:
            text = _plain(token)
            start = token.column - 1
            lines[token.line - 1][start : start + len(text)] = text
        return "\n".join("".join(line) for line in lines)

    def _read(self) -> None:
        for piece in _PIECES.finditer(self.text):
            for token in self._tokens_of(piece):
                self.tokens.append(token)
            self._count_lines(piece)
        count = sum(token.kind not in _KINDS.values() for token in self.tokens)
        if count > MOST_WORDS:
            message = f"has {count} names, numbers and operators, {MOST_WORDS} are allowed"
            self.problems.append(Problem(1, 1, f"the expression {message}: split the rule"))

    def _count_lines(self, piece: re.Match[str]) -> None:
        breaks = piece.group().count("\n")
        if breaks:
            self._line += breaks
            self._line_start = piece.start() + piece.group().rindex("\n") + 1

    def _tokens_of(self, piece: re.Match[str]) -> Iterator[Token]:
        match piece.lastgroup:
            case "space":
                return
            case "number":
                yield from self._number(piece)
            case "name":
                yield from self._name(piece)
            case ("text" | "operator") as kind:
                yield self._token(piece, Kind(kind))
            case "bracket":
                yield self._token(piece, _KINDS[piece.group()])
            case "alien":
                self._refuse_alien(piece)
            case _:
                self._refuse(piece, _reason(piece.group()))

    def _token(
        self, piece: re.Match[str], kind: Kind, value: float = 0.0, unit: Unit = Unit.NUMBER
    ) -> Token:
        column = piece.start() - self._line_start + 1
        return Token(kind, piece.group(), self._line, column, value, unit)

    def _name(self, piece: re.Match[str]) -> Iterator[Token]:
        word = piece.group()
        reason = _name_reason(word, self.tokens[-1] if self.tokens else None)
        if reason:
            self._refuse(piece, reason)
        else:
            yield self._token(piece, _WORD_KINDS.get(word, Kind.NAME))

    def _number(self, piece: re.Match[str]) -> Iterator[Token]:
        mantissa, exponent, suffix = piece.group("mantissa", "exponent", "suffix")
        scale = _SCALES.get(suffix or "")
        if scale is None:
            self._refuse(piece, _suffix_reason(mantissa, suffix))
            return
        value = float(f"{mantissa}e{int(exponent or 0) + scale.shift}") * scale.factor
        if isfinite(value):
            yield self._token(piece, Kind.NUMBER, value, scale.unit)
        else:
            self._refuse(piece, f"{quoted(piece.group())} is too large for a number")

    def _refuse_alien(self, piece: re.Match[str]) -> None:
        offset, alien = next((i, c) for i, c in enumerate(piece.group()) if not c.isascii())
        known_as = character_name(alien, "unnamed character")
        message = f"U+{ord(alien):04X} ({known_as}) is not a plain character: retype it"
        self._refuse(piece, message, offset)

    def _refuse(self, piece: re.Match[str], message: str, offset: int = 0) -> None:
        column = piece.start() + offset - self._line_start + 1
        self.problems.append(Problem(self._line, column, message))


def _plain(token: Token) -> str:
    """Digits for a number, and for a text one that holds nothing which Python might interpret."""
    match token.kind:
        case Kind.NUMBER:
            return "1" * len(token.text)
        case Kind.TEXT:
            return f"'{'x' * (len(token.text) - 2)}'"
        case _:
            return token.text


def _name_reason(word: str, before: Token | None) -> str:
    """Why a word is no name, after the token `before` it; empty when it may be one."""
    if (small := word.lower()) in LANGUAGE_WORDS:
        return "" if word == small else f"write '{small}' in small letters"
    if iskeyword(word):
        return f"'{word}' is not part of the language of expressions"
    if len(word) > LONGEST_NAME:
        return f"a name has at most {LONGEST_NAME} characters: {quoted(word)}"
    if word in _SCALES and before is not None and before.kind is Kind.NUMBER:
        return f"write {quoted(before.text + word)} without a space"
    return ""


def _reason(text: str) -> str:
    if text in _INSTEAD:
        return _INSTEAD[text]
    if text.startswith("#"):
        return "an expression holds no comment: write it beside the expression, in the file"
    if '"' in text or "'" in text:
        return 'a text in quotes is the name of a scenario, like "all-20", and ends in its line'
    if text.startswith("."):
        return f"{quoted(text)} is not part of the language: a measure is one plain name"
    shown = quoted(text) if text.isprintable() else f"U+{ord(text[0]):04X}"
    return f"{shown} is not part of the language of expressions"


def _suffix_reason(mantissa: str, suffix: str) -> str:
    if suffix.startswith("%"):
        return f"put a space or an operator after '{mantissa}%': there is no modulo"
    if suffix.startswith("_"):
        return "write numbers without '_'"
    return f"{quoted(suffix)} is not a unit: use % or ms, s, m, h, d, as in 80% or 30s"
