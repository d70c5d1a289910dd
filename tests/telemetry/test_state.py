"""What the status page and `hedgewatch top` are told of alerts: which ask for something."""

from typing import Any

import pytest

from hedgewatch.core.alert_model import Severity
from hedgewatch.core.model import Scope
from hedgewatch.core.rules import Rule
from hedgewatch.telemetry.state import state_of
from hedgewatch.view import EngineView
from tests.support.builders import AIX, BASKET, desk, heard, held, mark, read, rule
from tests.support.stories import ALTS, CALM, HOT, START, Story, danger, short_of_aix


def alerts(story: Story) -> list[dict[str, Any]]:
    view = EngineView(story.engine, {})
    told: Any = state_of(view, story.now, lambda _: None)["alerts"]
    return list(told)


def test_what_is_calm_stands_behind_what_is_not_and_says_when_it_is_resolved() -> None:
    warned = rule("Exposed", Scope.POOL, "margin_ratio > 1%", severity=Severity.CRITICAL)
    story = short_of_aix(danger(keep_firing_for=20.0))
    story.at(1.0, HOT)
    assert [(each["calm_since"], each["resolved_at"]) for each in alerts(story)] == [(None, None)]
    story.reload(danger(keep_firing_for=20.0), warned)
    story.at(5.0, heard(), ALTS, CALM)
    first, second = alerts(story)
    assert (first["alertname"], first["calm_since"]) == ("Exposed", None)
    assert (second["alertname"], second["resolved_at"]) == ("Danger", START + 25.0)
    assert "remedy" in first
    assert "remedy" not in second, "there is nothing to do"
    assert story.advance(24.5, heard(), CALM, ALTS) == []
    assert story.advance(25.0, heard(), CALM, ALTS) == ["Danger resolved"]


def test_what_drifted_out_is_resolved_when_it_has_settled() -> None:
    story = short_of_aix(danger())
    story.at(1.0, mark(AIX, 1_213.0))
    story.at(5.0, mark(AIX, 1_211.0))
    settle = danger().settle
    assert settle > 0.0
    assert [each["resolved_at"] for each in alerts(story)] == [START + 1.0 + settle]


LOW = rule("Low", Scope.POOL, "margin_ratio > 1%")
NEAR = rule("Near", Scope.POSITION, "liquidation_distance < 90%")


@pytest.mark.parametrize("low", [LOW, NEAR], ids=["pool", "position"])
@pytest.mark.parametrize(("price", "remedied"), [(1_000.0, False), (1_220.0, True)])
def test_a_pool_that_lacks_nothing_is_given_no_advice_that_denies_an_alert(
    low: Rule, price: float, *, remedied: bool
) -> None:
    story = short_of_aix(low)
    story.at(1.0, mark(AIX, price))
    (alert,) = alerts(story)
    assert bool(alert["remedy"]) is remedied
    assert (story.pool().top_up_to_safe == 0.0) is not remedied


@pytest.mark.parametrize(
    ("contracts", "said"), [(-250.0, f"buy 50 contracts of {AIX} in main"), (-200.0, "")]
)
def test_a_hedge_is_told_what_to_trade_and_where_if_there_is_anything(
    contracts: float, said: str
) -> None:
    near = rule("Near", Scope.HEDGE, "hedge_ratio > 99%")
    story = short_of_aix(near, on=desk(BASKET))
    story.at(1.0, read(held(AIX, contracts)))
    (alert,) = alerts(story)
    assert alert["remedy"] == said
