import re
import subprocess
from math import inf
from pathlib import Path

import pytest
import yaml

from hedgewatch.config.series import Sample, SeriesError, Value, parse_series
from tests.support.servers import find_program

UNKNOWN, STALE = Sample.UNKNOWN, Sample.STALE


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("0.5", [0.5]),
        ("0.5x3 0.9", [0.5, 0.5, 0.5, 0.5, 0.9]),
        ("0+10x3", [0, 10, 20, 30]),
        ("-2-0.5x2", [-2, -2.5, -3]),
        ("1e-1 .5 5.", [0.1, 0.5, 5.0]),
        ("_ _x2 stale", [UNKNOWN, UNKNOWN, UNKNOWN, STALE]),
        ("falsex1 true", [False, False, True]),
        ("inf -infx1", [inf, -inf, -inf]),
    ],
)
def test_a_series_reads_as_promtool_would_read_it(text: str, values: list[Value]) -> None:
    assert parse_series(text) == values


def test_promtool_itself_reads_the_same(tmp_path: Path) -> None:
    texts = [
        "0.5x3 0.9",
        "0+10x3",
        "-2-0.5x2 7",
        "1 _x3 5 _ 6",
        "_x2 1e-1 .5 5.",
        "inf -inf",
        "1 stale 2",
    ]
    told = [{"series": f"m{n}", "values": text} for n, text in enumerate(texts)]
    asked = [
        {
            "expr": f"last_over_time(m{number}[500ms])",
            "eval_time": f"{second}s",
            "exp_samples": []
            if isinstance(value, Sample)
            else [{"labels": f"m{number}", "value": value}],
        }
        for number, text in enumerate(texts)
        for second, value in enumerate(parse_series(text))
    ]
    test = {"interval": "1s", "input_series": told, "promql_expr_test": asked}
    file = tmp_path / "test.yml"
    (tmp_path / "rules.yml").write_text("groups: []")
    whole = {"rule_files": ["rules.yml"], "evaluation_interval": "1s", "tests": [test]}
    file.write_text(yaml.safe_dump(whole))
    command = [find_program("promtool"), "test", "rules", str(file)]
    ended = subprocess.run(command, capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stdout + ended.stderr


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
