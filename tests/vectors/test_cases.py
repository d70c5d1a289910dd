"""The harness itself: nothing that a vector says is passed over in silence."""

import json
import subprocess
import sys
from math import inf, nan
from pathlib import Path
from typing import Any

import pytest

from tests.support.published.contract import average_entry
from tests.vectors.cases import HERE, Case, Fields, cases_of, differences


def _case(expected: Any, **tolerance: str) -> Case:
    return Case("one", "pnl", {}, expected, tolerance)


@pytest.mark.parametrize("got", [None, inf, -inf])
def test_null_stands_for_none_and_for_infinity_and_for_nothing_else(got: float | None) -> None:
    assert differences(_case({"price": None}), {"price": got}) == []
    assert differences(_case({"price": "0"}), {"price": got})
    assert differences(_case({"price": None}), {"price": 0.0})


def test_the_widest_of_the_tolerances_of_a_case_decides() -> None:
    assert differences(_case({"a": "100"}, rel="0.01"), {"a": 101.0}) == []
    assert differences(_case({"a": "100"}, rel="0.01"), {"a": 101.1})
    assert differences(_case({"a": "100"}, abs="2", rel="1e-9"), {"a": 102.0}) == []
    assert differences(_case({"a": "100"}), {"a": 100.0 + 5e-11}) == []
    assert differences(_case({"a": "100"}), {"a": 100.0 + 5e-10})


def test_every_leaf_is_compared_in_dictionaries_and_lists_too() -> None:
    expected = {"prices": {"BTC": "1", "ETH": None}, "cum": ["0", "50"]}
    right = {"prices": {"BTC": 1.0, "ETH": None}, "cum": [0.0, 50.0]}
    assert differences(_case(expected), right) == []
    assert differences(_case(expected), {**right, "cum": [0.0]})
    assert differences(_case(expected), {**right, "cum": [0.0, 51.0]})
    assert differences(_case(expected), {**right, "prices": {"BTC": 1.0}})
    assert differences(_case(expected), {**right, "prices": {"BTC": nan, "ETH": None}})


def test_an_input_that_nobody_reads_is_found_however_deep_it_stands() -> None:
    given = Fields({"side": "long", "odd": "1", "positions": [{"qty": "1", "strange": "2"}]})
    assert given.side() == "long"
    assert [one.number("qty") for one in given.each("positions")] == [1.0]
    assert given.unread() == ["odd", "strange"]


def test_a_file_or_a_case_that_is_no_vector_is_a_case_that_fails(tmp_path: Path) -> None:
    (tmp_path / "broken.json").write_text("{")
    (tmp_path / "list.json").write_text("[]")
    (tmp_path / "other.json").write_text(json.dumps({"schema": "something/1", "cases": []}))
    (tmp_path / "half.json").write_text(json.dumps({"cases": [{"id": "only"}]}))
    found = cases_of(tmp_path)
    assert len(found) == 4
    assert all(case.problem for case in found)


def test_of_others_vectors_an_unread_input_fails_nothing_and_is_told_before_the_count(
    tmp_path: Path,
) -> None:
    (vector, *_) = json.loads((HERE / "public.json").read_text())["cases"]
    vector["inputs"]["weather"] = "fair"
    (tmp_path / "theirs.json").write_text(json.dumps({"cases": [vector]}))
    harness = [str(HERE / "test_vectors.py"), "--vectors", str(tmp_path)]
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *harness]
    ran = subprocess.run(command, cwd=HERE.parents[1], capture_output=True, text=True, check=False)
    *_, warning, last = ran.stdout.splitlines()
    assert ran.returncode == 0
    assert warning.startswith("warning: inputs that no function of the product was given: ")
    assert f"{vector['id']} weather" in warning
    assert last == "vectors: 1 of 1 agree"


def test_what_reduces_a_position_leaves_its_entry_and_what_flips_it_begins_anew() -> None:
    """Which vectors of others may ask; those here only add."""
    assert average_entry([(10.0, 100.0), (-4.0, 150.0)]) == 100.0
    assert average_entry([(10.0, 100.0), (-14.0, 150.0)]) == 150.0
    assert average_entry([(-10.0, 100.0), (-10.0, 50.0)], linear=False) == pytest.approx(200 / 3)
    assert average_entry([(10.0, 100.0), (-10.0, 150.0)]) is None
    assert average_entry([]) is None
