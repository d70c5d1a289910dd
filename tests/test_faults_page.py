"""`daemon/FAULTS.md` names tests that exist, for each fault of the catalogue."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PAGE = (ROOT / "daemon" / "FAULTS.md").read_text(encoding="utf-8")
ROWS = {int(number): row for number, row in re.findall(r"^\| (\d+) \|(.+)$", PAGE, re.MULTILINE)}
NAMED = re.compile(r"`(tests/[\w/]+\.py)::(\w+)`")
WITHOUT_A_TEST = {60}
"""Told below the table of its kind, with the reason."""


def test_each_fault_of_the_catalogue_has_its_row_or_a_reason() -> None:
    assert sorted(ROWS) == sorted({*range(1, 92)} - WITHOUT_A_TEST)


@pytest.mark.parametrize("number", sorted(ROWS))
def test_every_test_that_a_row_names_exists(number: int) -> None:
    named = NAMED.findall(ROWS[number].rpartition(" | ")[2])
    missing = [
        f"{path}::{name}"
        for path, name in named
        if not (ROOT / path).is_file()
        or not re.search(rf"^(?:async )?def {name}\(", (ROOT / path).read_text(), re.MULTILINE)
    ]
    assert named
    assert missing == []
