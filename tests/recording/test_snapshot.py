"""A snapshot is all that an engine is: what is made of it goes on exactly where it stood."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from random import Random
from typing import Any

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hedgewatch.core.engine import Engine
from hedgewatch.core.events import Event
from hedgewatch.core.expression.evaluation import Comparison, Measure, Number
from hedgewatch.recording.encoding import encoded
from hedgewatch.recording.errors import RecordingError
from hedgewatch.recording.replay import decision
from hedgewatch.recording.snapshot import restored, snapshot
from tests.support.builders import mark
from tests.support.chance import examples
from tests.support.desks import BTC, CROSS, WHOLE, Held, accounts, story_of
from tests.support.happenings import Happening, engine, happenings, scripts
from tests.support.stories import danger, short_of_aix


def judged(by: Engine, story: Sequence[Happening]) -> list[bytes]:
    """The decision log: every transition and record, to the last digit."""
    return [decision(by.handle(event, now)) for event, now in story]


def over_a_file(held: Engine) -> Engine:
    return restored(orjson.loads(orjson.dumps(snapshot(held))))


def state(held: Engine) -> bytes:
    return orjson.dumps(snapshot(held))


@settings(max_examples=examples(5), deadline=None)
@given(scripts, st.floats(0.0, 1.0))
def test_whatever_happens_and_wherever_it_is_cut_the_rest_is_decided_alike(
    script: list[tuple[str, int]], cut: float
) -> None:
    story = happenings(script)
    at = int(cut * len(story))
    lived = engine()
    judged(lived, story[:at])
    heir = over_a_file(lived)
    assert state(heir) == state(lived)
    assert judged(heir, story[at:]) == judged(lived, story[at:])


@settings(max_examples=examples(4), deadline=None)
@given(accounts(CROSS + WHOLE), st.lists(st.floats(0.7, 1.4), min_size=1, max_size=5))
def test_accounts_of_every_kind_go_on_with_the_same_numbers(held: Held, moves: list[float]) -> None:
    story = story_of(held)
    heir = over_a_file(story.engine)
    for number, move in enumerate(moves, start=1):
        event = mark(BTC, 60_000.0 * move)(story.now + number)
        assert isinstance(event, Event)
        story.engine.handle(event, story.now + number)
        heir.handle(event, story.now + number)
        assert state(heir) == state(story.engine)


def test_what_readers_ask_for_changes_no_decision() -> None:
    asked, alone = engine(), engine()
    story = happenings([("price", 7), ("time", 8), ("wallet", 3), ("time", 2), ("price", 1)])
    for number, (event, now) in enumerate(story):
        assert decision(asked.handle(event, now)) == decision(alone.handle(event, now))
        if number % 2:
            list(asked.alerts())
            [row.evenness_gain for row in (asked.book.totals,)]
            [pool.transfer_to_even for pool in asked.book.pools()]


def test_what_cannot_be_recorded_is_named_with_where_it_stands() -> None:
    held = engine()
    held.judge.odd = lambda: None  # type: ignore[attr-defined] # somebody's new attribute
    with pytest.raises(RecordingError, match=r"function cannot be recorded \(it is Judge.odd\)"):
        snapshot(held)


def test_an_attribute_that_this_version_has_not_is_refused_by_its_name() -> None:
    document = snapshot(short_of_aix().engine)
    for held in document["classes"]:
        if held[1] == "PoolRow":
            held[held.index("headroom")] = "headway"
    with pytest.raises(RecordingError, match=r"PoolRow has other attributes here \(headroom, hea"):
        restored(document)


def test_a_rule_in_a_recording_is_a_text_that_is_parsed_and_no_code() -> None:
    condition = Comparison((">",), (Measure("equity"), Number(1.0)))
    other = replace(danger().expr, root=condition)  # than the text says
    story = short_of_aix(replace(danger(), expr=other))
    heir = over_a_file(story.engine)
    (rule,) = heir.judge.rulebook.rules
    assert rule.expr == danger().expr
    with pytest.raises(RecordingError, match="cannot be recorded"):
        encoded(condition)


def test_a_rule_whose_text_reads_otherwise_here_is_refused() -> None:
    strange = replace(danger().expr, text="margin_ratoi > 50%")
    story = short_of_aix(replace(danger(), expr=strange))
    with pytest.raises(RecordingError, match="'margin_ratoi > 50%' means nothing here"):
        over_a_file(story.engine)


@settings(max_examples=examples(30), deadline=None)
@given(st.randoms(use_true_random=False))
def test_a_document_that_somebody_changed_is_an_engine_or_is_refused(chance: Random) -> None:
    document = orjson.loads(_SOUND)
    nodes, classes = document["nodes"], document["classes"]
    odd: list[Any] = [
        None,
        "inf",
        ["inf"],
        [],
        7,
        -1,
        "l",
        "d",
        "x",
        "k",
        "e",
        1.5,
        True,
        [[1]],
        {},
        ["zz"],
    ]
    for _ in range(chance.randint(1, 3)):
        node = chance.choice(nodes if chance.random() < 0.9 else classes)
        node[chance.randrange(len(node))] = chance.choice([*odd, [chance.randrange(len(nodes))]])
    with suppress(RecordingError):
        assert isinstance(restored(document), Engine)


_SOUND = orjson.dumps(snapshot(short_of_aix(danger()).engine))


def test_nothing_outside_of_the_core_is_made_from_a_recording() -> None:
    for name in (["os", "system"], ["hedgewatch.store.store", "Store"], ["builtins", "list"]):
        with pytest.raises(RecordingError, match="no class"):
            restored({"classes": [name], "nodes": [[0]], "root": [0]})
    with pytest.raises(RecordingError, match="no constant"):
        restored(
            {"classes": [], "nodes": [["k", "hedgewatch.core.engine", "replace"]], "root": [0]}
        )
    with pytest.raises(RecordingError, match="no snapshot"):
        restored({"classes": [], "nodes": [["l"]], "root": [0]})
    with pytest.raises(RecordingError, match="contains itself"):
        restored({"classes": [], "nodes": [["t", [0]]], "root": [0]})
