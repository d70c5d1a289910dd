import re
from math import inf

import pytest

from hedgewatch.config.series import Sample, SeriesError, Value, parse_series

UNKNOWN, STALE = Sample.UNKNOWN, Sample.STALE


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("0.5", [0.5]),
        ("0.5x3 0.9", [0.5, 0.5, 0.5, 0.5, 0.9]),
        ("0+10x3", [0, 10, 20, 30]),
        ("-2-0.5x2", [-2, -2.5, -3]),
        ("1e-1 .5 5.", [0.1, 0.5, 5.0]),
        ("_ _x1 stale", [UNKNOWN, UNKNOWN, UNKNOWN, STALE]),
        ("falsex1 true", [False, False, True]),
        ("inf -infx1", [inf, -inf, -inf]),
    ],
)
def test_a_series_reads_as_promtool_would_read_it(text: str, values: list[Value]) -> None:
    assert parse_series(text) == values


@pytest.mark.parametrize(
    ("text", "column", "said"),
    [
        ("", 1, "a series needs a value"),
        ("0.5 half", 5, "'half' is no value"),
        ("0.5 x3", 5, "'x3' is no value"),
        ("1 0+10", 3, "steps are written like 0+10x3"),
        ("_+1x3", 1, "steps are written like 0+10x3"),
        ("80%", 1, "'80%' is no value"),
        ("nan", 1, "'nan' is no value"),
        ("0 1x999999", 3, "a series has at most 100000 values"),
    ],
)
def test_a_series_that_cannot_be_read_is_refused_at_its_column(
    text: str, column: int, said: str
) -> None:
    with pytest.raises(SeriesError, match=re.escape(said)) as error:
        parse_series(text)
    assert error.value.column == column
