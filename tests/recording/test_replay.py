"""What was recorded is decided again: the same by the same rules, and otherwise by others."""

from collections.abc import Iterator
from dataclasses import replace
from math import inf
from pathlib import Path

import pytest

from hedgewatch.core.alert_model import NOTHING, Change
from hedgewatch.core.model import Scope, Subject
from hedgewatch.core.rules import Rule
from hedgewatch.recording.comparing import compared
from hedgewatch.recording.extremes import extremes_of
from hedgewatch.recording.reading import Flaw, Item, Judged, Opening, files_of, read
from hedgewatch.recording.replay import Again, Begun, Replay
from hedgewatch.recording.timeline import Firing, History, history
from tests.support.builders import rule
from tests.support.happenings import everything
from tests.support.recordings import NIGHT, SEGMENTS, record
from tests.support.stories import START


@pytest.fixture(scope="module")
def ring(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("recording") / "ring"
    record(folder)
    return folder


def test_the_same_rules_decide_the_same_over_all_segments(ring: Path, tmp_path: Path) -> None:
    told = record(tmp_path / "again")
    steps = list(Replay(read(ring)).steps(inf))
    again = [step for step in steps if isinstance(step, Again)]
    assert len(again) == len(NIGHT)
    assert not [step for step in again if step.differs]
    assert [t for step in again for t in step.outcome.transitions] == told
    assert len([step for step in steps if isinstance(step, Begun)]) == 1


def test_a_decision_that_was_another_is_seen(ring: Path) -> None:
    def forged() -> Iterator[Item]:
        for item in read(ring):
            if isinstance(item, Judged) and item.outcome.transitions:
                yield replace(item, outcome=NOTHING)
            else:
                yield item

    again = [step for step in Replay(forged()).steps(inf) if isinstance(step, Again)]
    assert [bool(step.outcome.transitions) for step in again] == [step.differs for step in again]


def test_after_damage_it_begins_anew_from_the_next_snapshot(ring: Path, tmp_path: Path) -> None:
    files = files_of(ring)
    for number, file in enumerate(files):
        content = bytearray(file.read_bytes())
        if number == 1:
            content[len(content) // 2] ^= 1
        (tmp_path / file.name).write_bytes(content)
    steps = list(Replay(read(tmp_path)).steps(inf))
    assert [type(step) for step in steps if not isinstance(step, Again)] == [Begun, Flaw, Begun]
    assert not [step for step in steps if isinstance(step, Again) and step.differs]


def test_it_stops_where_it_is_asked_to(ring: Path) -> None:
    until = NIGHT[len(NIGHT) // 2][1]
    again = [step for step in Replay(read(ring)).steps(until) if isinstance(step, Again)]
    assert [step.now for step in again] == [now for _, now in NIGHT if now <= until]


def played(ring: Path, rules: tuple[Rule, ...] | None) -> History:
    return history(read(ring), rules, inf)


def test_the_recorded_rules_fire_in_the_timeline_when_they_fired(ring: Path) -> None:
    told = [item for item in read(ring) if isinstance(item, Judged)]
    fired = {
        (t.alertname, t.subject, t.at)
        for item in told
        for t in item.outcome.transitions
        if t.state.value == "firing" and t.change is Change.STATE
    }
    seen = played(ring, None)
    assert {(one.alertname, one.subject, one.fired_at) for one in seen.firings} == fired
    assert seen.begun_at == START
    assert seen.ended_at == NIGHT[-1][1]
    assert seen.rules == len(everything()[1])
    assert compared(seen.firings, played(ring, everything()[1]).firings).is_empty


def test_other_rules_fire_at_other_times_and_the_difference_is_told(ring: Path) -> None:
    strict = rule("Hot", Scope.POOL, "margin_ratio > 5%", clear="margin_ratio < 2%")
    never = rule("Never", Scope.POOL, "margin_ratio < -1")
    always = rule("Always", Scope.BOOK, "accounts_blind >= 0")
    seen = played(ring, (strict, never, always))
    assert {one.alertname for one in seen.firings} == {"Hot", "Always"}
    found = compared(played(ring, None).firings, seen.firings)
    assert "Hot" not in {one.alertname for one in found.only_first}
    assert {one.alertname for one in found.only_second} >= {"Always"}
    hot = [one for one in seen.firings if one.alertname == "Hot"]
    assert all(one.worst["margin_ratio"] > 0.05 for one in hot)


def test_the_worst_is_on_the_side_that_the_condition_warns_of() -> None:
    condition = rule(
        "Any",
        Scope.POOL,
        "margin_ratio > 80% or not shock_down < -10% and 1000 > headroom or -equity > -5",
    ).expr
    found = dict(extremes_of(condition))
    assert found == {"margin_ratio": max, "shock_down": max, "headroom": min, "equity": min}


def firing(name: str, begin: float, end: float) -> Firing:
    made = rule(name, Scope.BOOK, "accounts_blind > 0")
    return Firing(
        alertname=name,
        subject=Subject(Scope.BOOK, ()),
        severity=made.severity,
        fired_at=begin,
        ended_at=end,
        over="resolved",
    )


def test_firings_that_overlap_are_one_that_moved() -> None:
    first = [firing("A", 0.0, 10.0), firing("A", 50.0, 60.0), firing("B", 0.0, 1.0)]
    second = [firing("A", 5.0, 12.0), firing("B", 0.0, 1.0), firing("A", 70.0, 80.0)]
    found = compared(first, second)
    assert found.same == 1
    assert found.moved == [(first[0], second[0])]
    assert found.only_first == [first[1]]
    assert found.only_second == [second[2]]


def test_a_gap_ends_what_fired_before_it(ring: Path) -> None:
    def with_a_gap() -> Iterator[Item]:
        for number, item in enumerate(item for item in read(ring) if isinstance(item, Opening)):
            yield replace(item, follows=False, lost=number)
            yield from _judged_of(ring, number)

    seen = history(with_a_gap(), None, inf)
    assert [lost for _, lost in seen.breaks] == list(range(1, SEGMENTS))
    assert "the recording breaks off" in {one.over for one in seen.firings}


def _judged_of(ring: Path, number: int) -> Iterator[Judged]:
    return (item for item in read(files_of(ring)[number]) if isinstance(item, Judged))
