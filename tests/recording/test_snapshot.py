"""A snapshot is all that an engine is: what is made of it goes on exactly where it stood."""

from collections.abc import Sequence

import orjson
from hypothesis import given, settings
from hypothesis import strategies as st

from hedgewatch.core.engine import Engine
from hedgewatch.core.model import Outcome
from hedgewatch.recording.encoding import encoded
from hedgewatch.recording.snapshot import restored, snapshot
from tests.support.happenings import Happening, engine, happenings, scripts


def judged(by: Engine, story: Sequence[Happening]) -> list[bytes]:
    """The decision log: every transition and record, to the last digit."""
    return [plain(by.handle(event, now)) for event, now in story]


def plain(outcome: Outcome) -> bytes:
    return orjson.dumps(encoded(outcome))


def over_a_file(held: Engine) -> Engine:
    return restored(orjson.loads(orjson.dumps(snapshot(held))))


@settings(max_examples=25, deadline=None)
@given(scripts, st.floats(0.0, 1.0))
def test_whatever_happens_and_wherever_it_is_cut_the_rest_is_decided_alike(
    script: list[tuple[str, int]], cut: float
) -> None:
    story = happenings(script)
    at = int(cut * len(story))
    lived = engine()
    judged(lived, story[:at])
    heir = over_a_file(lived)
    assert orjson.dumps(snapshot(heir)) == orjson.dumps(snapshot(lived))
    assert judged(heir, story[at:]) == judged(lived, story[at:])
