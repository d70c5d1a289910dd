"""The page of metrics is what the generator writes, and nothing is left out of it."""

from pathlib import Path

from hedgewatch.core.measures import CATALOGUE, STRESS_MEASURES
from hedgewatch.telemetry.catalogue import page

PAGE = Path(__file__).parents[2] / "deploy" / "METRICS.md"


def test_the_committed_page_is_the_generated_one() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(), "run make fix"


def test_every_metric_of_the_catalogue_has_a_line_with_its_labels() -> None:
    lines = page().splitlines()
    for measure in (*CATALOGUE, *STRESS_MEASURES):
        if measure.metric:
            (line,) = (each for each in lines if each.startswith(f"| `{measure.metric}` |"))
            assert all(name in line for name, _ in measure.fixed)
    (notified,) = (line for line in lines if "`hedgewatch_notifications_total`" in line)
    assert "| counter |" in notified
