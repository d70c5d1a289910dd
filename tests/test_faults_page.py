"""`daemon/FAULTS.md` names tests that exist, for each fault of the catalogue."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PAGE = (ROOT / "daemon" / "FAULTS.md").read_text(encoding="utf-8")
ROWS = {int(number): row for number, row in re.findall(r"^\| (\d+) \|(.+)$", PAGE, re.MULTILINE)}
NAMED = re.compile(r"`(tests/[\w/]+\.py)::(\w+)`")


def test_each_fault_of_the_catalogue_has_its_row() -> None:
    assert sorted(ROWS) == list(range(1, 92))


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
