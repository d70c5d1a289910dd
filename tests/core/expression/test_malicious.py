"""Texts that try to escape from the language or to burn the machine: refused, quickly, in words."""

import keyword
from collections.abc import Iterator
from time import process_time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hedgewatch.core.expression import (
    ExpressionError,
    Problem,
    Unit,
    compile_condition,
    parse,
    parse_condition,
)

SYMBOLS = {f"measure_number_{n}": Unit.RATIO for n in range(100)} | {
    "x": Unit.NUMBER,
    "flag": Unit.BOOLEAN,
}
SECONDS_OF_A_BOMB = 1.0
"""Refusal takes milliseconds, a bomb minutes: this tells them apart on any machine."""

MALICIOUS = {
    "attribute": "x.real > 1",
    "classes": "x.__class__.__mro__[1].__subclasses__() > 1",
    "dunder": "__import__ > 1",
    "import": "__import__('os').system('true')",
    "builtins": "__builtins__ > 1",
    "evaluate": "eval('1') > x",
    "getattr": "getattr(x, x) > 1",
    "subscript": "x[0] > 1",
    "lambda": "(lambda: x)() > 1",
    "comprehension": "[x for x in x] > 1",
    "generator": "max(x for x in x) > 1",
    "f-string": "f'{x}' > x",
    "f-string with call": 'f"{x.__class__}" == x',
    "bytes": "b'a' == x",
    "triple quotes": "'''x''' == x",
    "open quotes": "x > 'abc",
    "walrus": "(x := 3) > x",
    "starred": "max(*x) > 1",
    "double starred": "max(**x) > 1",
    "keyword argument": "max(x, 2, key=abs) > 1",
    "conditional": "x if flag else x > 1",
    "await": "await x > 1",
    "yield": "(yield x) > 1",
    "identity": "x is x",
    "membership": "x in x",
    "none": "x == None",
    "ellipsis": "... > x",
    "tuple": "(x, x) > (1, 2)",
    "call of call": "abs(x)(x) > 1",
    "call of number": "1(x) > 1",
    "power": "9**9**9 > x",
    "power of ten": "x > 10 ** 10 ** 10",
    "modulo of text": "'%99999999d' % x > 1",
    "shift": "1 << 99999999 > x",
    "bitwise": "~x > 1 | 2 & 3 ^ 4",
    "matrix product": "x @ x > 1",
    "huge integer": "x > " + "9" * 1_990,
    "huge exponent": "x > 1e" + "9" * 1_980,
    "huge negative exponent without measure": "1e-" + "9" * 1_980,
    "hexadecimal": "x > 0xFFFFFFFF",
    "complex": "x > 3j",
    "underscores": "x > 1_0_0_0",
    "deep parentheses": "(" * 900 + "x" + ")" * 900 + " > 1",
    "open parentheses": "(" * 1_999,
    "closed parentheses": ")" * 1_999,
    "deep brackets": "[" * 1_999,
    "deep calls": "abs(" * 190 + "x" + ")" * 190 + " > 1",
    "deep minus": "-" * 1_990 + "x > 1",
    "deep minus within the words": "-" * 190 + "x > 1",
    "deep not": "not " * 190 + "flag",
    "deep sum": "x" + "+x" * 90 + " > 1",
    "long chain": "x" + "<x" * 990,
    "many unknown names": " ".join(f"mesure_nmber_{n}" for n in range(120)),
    "one endless name": "x" * 1_990 + " > 1",
    "too long": "flag or " * 100_000 + "flag",
    "endless spaces": "x >" + " " * 1_900 + "> 1",
    "null byte": "x > 1\x00",
    "null byte first": "\x00x > 1",
    "bell": "x \x07> 1",
    "form feed": "x >\x0c1",
    "byte order mark": "\ufeffx > 1",
    "surrogate": "x > \ud800",
    "line separator": "x >\u20281",
    "no-break space": "x >\xa01",
    "look-alike by normalisation": "\U0001d4cd > 1",
    "full-width name": "\uff58 > 1",
    "ligature": "\ufb02ag",
    "cyrillic": "\u0445 > 1",
    "arabic digits": "x > \u0663",
    "superscript": "x > 3\xb2",
    "right-to-left override": "x > \u202e1",
    "combining": "x\u0301 > 1",
    "backslash": "x > \\\n1",
    "semicolon": "x > 1; x > 2",
    "line of its own": "x > 1\nimport os",
    "closing our parenthesis": "x > 1) or (x > 2",
    "closing our line": "x > 1\n) or (\nx > 2",
    "decorator": "@x",
    "backticks": "`x` > 1",
    "template": "{x} > 1",
    "type comment": "x > 1 # type: ignore",
    "encoding": "# -*- coding: utf-7 -*-\nx > 1",
}


@pytest.mark.parametrize("text", MALICIOUS.values(), ids=MALICIOUS.keys())
def test_a_malicious_text_is_refused_in_words_and_at_once(text: str) -> None:
    before = process_time()
    with pytest.raises(ExpressionError) as refused:
        parse_condition(text, SYMBOLS)
    assert process_time() - before < SECONDS_OF_A_BOMB
    assert all(problem.message.isprintable() for problem in refused.value.problems)
    assert all(len(problem.message) < 300 for problem in refused.value.problems)


@pytest.mark.parametrize(
    "word", sorted({*keyword.kwlist, *dir(__builtins__)} - {"and", "or", "not"})
)
def test_no_word_of_python_means_anything_here(word: str) -> None:
    with pytest.raises(ExpressionError):
        parse(f"{word} > x", SYMBOLS)


def _language() -> st.SearchStrategy[str]:
    words = ["x", "flag", "and", "or", "not", "abs", "min", "true", "80%", "3s", "2", "lambda", "y"]
    signs = [
        "(",
        ")",
        ",",
        "+",
        "-",
        "*",
        "/",
        "<",
        ">=",
        "==",
        "!=",
        "=",
        "%",
        ".",
        "\n",
        " ",
        "'",
    ]
    return st.lists(st.sampled_from(words + signs), max_size=30).map(" ".join)


def _problems(text: str) -> tuple[Problem, ...]:
    try:
        compile_condition(parse_condition(text, SYMBOLS))
    except ExpressionError as refused:
        return refused.problems
    return ()


def _places(text: str) -> Iterator[tuple[int, int]]:
    for line, content in enumerate(text.split("\n"), start=1):
        yield from ((line, column) for column in range(1, len(content) + 2))


@settings(deadline=None, derandomize=True)
@given(st.one_of(_language(), st.text(max_size=60)))
def test_any_text_is_read_or_refused_with_places_that_exist(text: str) -> None:
    problems = _problems(text)
    assert {(problem.line, problem.column) for problem in problems} <= set(_places(text))
