"""What the catalogue says of the range of a measure holds: rules are refused by it."""

from hypothesis import given, settings
from hypothesis import strategies as st

from hedgewatch.core.book.rows import Row
from hedgewatch.core.events import ClockAdvanced
from hedgewatch.core.measures import CATALOGUE
from tests.support.builders import AIX, ALT, BASKET, desk, held, mark, read
from tests.support.chance import examples
from tests.support.stories import Story, short_of_aix

PRICES = st.floats(1.0, 20_000.0)
SIZES = st.floats(-2_000.0, 2_000.0)


def outside(row: Row) -> list[str]:
    """The measures of a row that are not where the catalogue says they are."""
    return [
        f"{measure.name} {value}"
        for measure in CATALOGUE
        if measure.scope is row.subject.scope
        and isinstance(value := getattr(row, measure.name), float)
        and not measure.lowest <= value <= measure.highest
    ]


@settings(deadline=None, derandomize=True, max_examples=examples(12))
@given(PRICES, st.floats(0.001, 10.0), SIZES, st.floats(-1e6, 1e6))
def test_no_measure_leaves_its_range(aix: float, alt: float, size: float, wallet: float) -> None:
    story: Story = short_of_aix(on=desk(BASKET))
    story.at(1.0, read(held(AIX, size), wallet=wallet), mark(AIX, aix), mark(ALT, alt))
    story.at(1.5, ClockAdvanced())
    assert [wrong for row in story.engine.book.rows() for wrong in outside(row)] == []
