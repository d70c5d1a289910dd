"""A firing alert is told again when it got worse, by as much and as often as its rule says."""

from dataclasses import replace
from math import inf

from hypothesis import given
from hypothesis import strategies as st

from hedgewatch.core.alert_model import Change, Severity, Told
from hedgewatch.core.alerts.worsening import is_worse
from hedgewatch.core.expression import parse
from hedgewatch.core.measures import symbols
from hedgewatch.core.model import Scope
from hedgewatch.core.rules import Realert, Rule
from tests.core.test_acknowledgement import seen
from tests.support.builders import AIX, ALT, heard, held, mark, market, read, refused, tiered
from tests.support.stories import ALTS, CALM, HOT, Story, danger, short_of_aix

EVERY = 60.0


def worsening(worse_by: float = 0.10, every: float = EVERY) -> Rule:
    """At HOT its margin ratio is 65 %, at 1222 69 %, at 1225 78 %, at 1226 81 %, at 1230 98 %."""
    of = parse("margin_ratio", symbols(Scope.POOL))
    return replace(danger(), realert=Realert(worse_by=worse_by, of=of, every=every))


def hot() -> Story:
    story = short_of_aix(worsening())
    assert story.at(1.0, HOT) == ["Danger firing"]
    return story


def test_what_got_worse_by_enough_is_told_again_after_its_pause() -> None:
    story = hot()
    assert story.at(30.0, heard(), ALTS, mark(AIX, 1_230.0)) == []
    assert story.advance(60.5, heard(), ALTS, mark(AIX, 1_230.0)) == []
    assert story.advance(62.0, heard(), ALTS, mark(AIX, 1_230.0)) == ["Danger worse"]
    again = story.told[-1]
    assert (again.change, again.episode) == (Change.WORSE, story.told[0].episode)
    assert again.annotations["summary"] == "at 98%"
    assert again.reason == "worse than when it was last told, 1 min ago"


def test_what_got_a_little_worse_or_better_and_worse_again_is_not() -> None:
    story = hot()
    assert story.advance(100.0, heard(), ALTS, mark(AIX, 1_222.0)) == []
    assert story.advance(150.0, heard(), ALTS, mark(AIX, 1_214.0)) == []
    assert story.advance(200.0, heard(), ALTS, mark(AIX, 1_222.0)) == []


def test_it_is_measured_from_what_was_last_told() -> None:
    story = hot()
    story.advance(62.0, heard(), ALTS, mark(AIX, 1_225.0))
    assert story.advance(130.0, heard(), ALTS, mark(AIX, 1_226.0)) == []
    assert story.advance(131.0, heard(), ALTS, mark(AIX, 1_230.0)) == ["Danger worse"]


def test_the_last_telling_is_remembered_over_a_restart() -> None:
    story = hot()
    story.advance(62.0, heard(), ALTS, mark(AIX, 1_230.0))
    heir = story.restarted(after=120.0)
    heir.at(1.0, market(AIX), market(ALT), tiered(AIX), tiered(ALT), ALTS)
    assert heir.at(2.0, read(held(AIX, -200.0)), mark(AIX, 1_231.0)) == []
    assert heir.at(3.0, mark(AIX, 1_239.0)) == ["Danger worse"]


def test_the_unknown_is_not_worse() -> None:
    story = hot()
    assert story.at(90.0, refused("the venue is down")) == []
    assert story.advance(200.0) == []


def test_getting_worse_ends_an_acknowledgement() -> None:
    story = hot()
    story.at(5.0, seen(story.record("Danger")))
    assert story.advance(62.0, heard(), ALTS, mark(AIX, 1_230.0)) == ["Danger worse"]
    assert story.told[-1].acknowledged is None
    assert story.told[-1].reason.endswith("the acknowledgement of anna lapsed")


def test_an_equity_that_is_gone_is_worse_than_any_number_and_nothing_is_worse_than_that() -> None:
    story = hot()
    assert story.advance(62.0, heard(), ALTS, mark(AIX, 1_260.0)) == ["Danger worse"]
    assert story.told[-1].values["margin_ratio"] == inf
    assert story.advance(200.0, heard(), ALTS, mark(AIX, 1_300.0)) == []


def test_a_rule_that_measures_by_something_else_after_a_reload_begins_anew() -> None:
    story = hot()
    of = parse("maintenance_margin", symbols(Scope.POOL))
    by_money = replace(danger(), realert=Realert(worse_by=30.0, of=of, every=1.0))
    assert story.reload(by_money) == []
    assert story.at(10.0, HOT) == []
    assert story.record("Danger").told is not None
    assert story.at(20.0, heard(), ALTS, mark(AIX, 1_223.0)) == []
    assert story.at(24.0, ALTS, mark(AIX, 1_238.0)) == ["Danger worse"]


def test_clearing_is_not_getting_worse() -> None:
    story = hot()
    story.at(90.0, heard(), ALTS, CALM)
    assert story.at(91.0, ALTS, CALM) == ["Danger resolved"]


numbers = st.floats(allow_nan=False)


@given(numbers, numbers, st.floats(0.001, 1e6), st.floats(0.0, 1e4))
def test_worse_is_more_by_that_much_and_never_too_soon(
    told: float, now: float, worse_by: float, waited: float
) -> None:
    rule = worsening(worse_by, every=300.0)
    before = Told(at=0.0, severity=Severity.CRITICAL, badness=told)
    worse = is_worse(rule, before, now, waited)
    if worse:
        assert now > told
        assert waited >= 300.0
    elif waited >= 300.0 and now != told:
        assert not now - told >= worse_by
