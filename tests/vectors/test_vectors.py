"""Numbers that venues, documents and others' tests published, and exact ones, against ours.

`pytest tests/vectors --vectors DIR` reads every file of another directory. The line at the end,
`vectors: N of M agree`, is printed by tests/conftest.py.
"""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.vectors.cases import HERE, Case, Fields, cases_of, differences
from tests.vectors.families import FAMILIES


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    directory: Path = metafunc.config.getoption("vectors") or HERE
    cases = cases_of(directory)
    if not cases:
        raise pytest.UsageError(f"--vectors {directory}: there are no vectors")
    told = [pytest.param(case, directory, id=case.name) for case in cases]
    metafunc.parametrize(("case", "directory"), told)


def test_what_others_published_is_what_the_product_computes(
    case: Case, directory: Path, record_property: Callable[[str, object], None]
) -> None:
    record_property("vector", case.name)
    assert not case.problem
    assert case.family in FAMILIES, f"no function answers the family {case.family!r}"
    assert case.expected, "the case expects nothing"
    given = Fields(case.inputs)
    answer = FAMILIES[case.family](given)
    assert differences(case, answer) == []
    record_property("unread", given.unread())
    if directory == HERE:  # of others' cases it is told beside the count
        assert given.unread() == [], "inputs that no function of the product was given"
