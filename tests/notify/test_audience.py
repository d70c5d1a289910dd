from dataclasses import replace

from hedgewatch.core.alert_model import AlertState, Change, Severity
from hedgewatch.notify.calendar import QuietHoursSettings
from tests.notify.alerts import transition
from tests.notify.desk import HOUR, MINUTE, Desk, route

WARNING, INFO = Severity.WARNING, Severity.INFO
HEARD = "CRITICAL MarginDanger: main/USDT"
DRIFT = "WARNING HedgeDrift: main/USDT"
STILL = f"STILL {HEARD}"


def receivers(lines: list[str]) -> list[str]:
    return [" ".join(line.split()[:2]) for line in lines]


def test_a_critical_alert_is_repeated_every_five_minutes_until_somebody_acknowledges_it() -> None:
    desk = Desk(people=("phone",))
    alert = desk.fire()
    desk.wait(11 * MINUTE)
    assert desk.told() == [f"0 phone {HEARD}", f"300 phone {STILL}", f"600 phone {STILL}"]
    alert = desk.acknowledge(alert)
    assert receivers(desk.told()) == ["660 phone"]
    desk.wait(2 * HOUR)
    assert desk.told() == [], "who acknowledged it wants no reminder"
    desk.resolve(alert)
    assert desk.told() == ["7860 phone RESOLVED MarginDanger: main/USDT"]


def test_a_warning_is_told_once_unless_its_route_repeats_it() -> None:
    desk = Desk(people=("phone",))
    desk.fire("HedgeDrift", WARNING)
    desk.wait(HOUR)
    assert desk.told() == [f"0 phone {DRIFT}"]
    desk = Desk(people=("phone",), routes=(route(to=["phone"], repeat="20m"),))
    desk.fire("HedgeDrift", WARNING)
    desk.wait(HOUR)
    assert receivers(desk.told()) == ["0 phone", "1200 phone", "2400 phone", "3600 phone"]


def test_an_acknowledgement_that_lapses_begins_everything_anew() -> None:
    desk = Desk(
        routes=(route(to=["phone"], repeat="5m", escalate=[{"after": "2m", "to": ["boss"]}]),)
    )
    alert = desk.acknowledge(desk.fire())
    desk.wait(10 * MINUTE)
    assert receivers(desk.told()) == ["0 phone", "0 phone"]
    desk.lapse(alert)
    desk.wait(6 * MINUTE)
    assert receivers(desk.told()) == ["600 phone", "720 boss", "900 phone", "900 boss"]


def test_what_got_worse_is_told_at_once_to_all_who_heard_of_it() -> None:
    desk = Desk(routes=(route(to=["phone"], escalate=[{"after": "2m", "to": ["boss"]}]),))
    alert = desk.fire()
    desk.wait(3 * MINUTE)
    desk.told()
    desk.lapse(alert, Change.WORSE)
    assert receivers(desk.told()) == ["180 phone", "180 boss"]


def test_the_ladder_climbs_while_nobody_acknowledges() -> None:
    ladder = [{"after": "2m", "to": ["desk"]}, {"after": "10m", "to": ["boss"]}]
    desk = Desk(routes=(route(to=["phone"], repeat="1h", escalate=ladder),))
    alert = desk.fire()
    desk.wait(20 * MINUTE)
    assert receivers(desk.told()) == ["0 phone", "120 desk", "600 boss"]
    assert "nobody acknowledged it for 2 min" in desk.got[1][1].note
    desk.resolve(alert)
    assert receivers(desk.told()) == ["1200 phone", "1200 desk", "1200 boss"]


def test_an_acknowledgement_stops_the_ladder_and_those_who_heard_are_told_who_cares() -> None:
    ladder = [{"after": "2m", "to": ["desk"]}, {"after": "10m", "to": ["boss"]}]
    desk = Desk(routes=(route(to=["phone"], repeat="1h", escalate=ladder),))
    alert = desk.fire()
    desk.wait(3 * MINUTE)
    desk.told()
    desk.acknowledge(alert)
    assert receivers(desk.told()) == ["180 phone", "180 desk"]
    desk.wait(HOUR)
    assert desk.told() == []


def test_a_critical_alert_that_nobody_takes_goes_to_all_others_after_ten_seconds() -> None:
    desk = Desk(routes=(route(to=["phone"]),), dead={"phone"})
    desk.fire()
    desk.wait(9)
    assert desk.told() == []
    desk.wait(MINUTE)
    assert receivers(desk.told()) == ["10 desk", "10 boss"]
    assert desk.got[0][1].note == "told here because phone did not take it"


def test_a_ladder_whose_first_rungs_are_dead_is_climbed_within_half_a_minute() -> None:
    ladder = [{"after": "5m", "to": ["desk"]}, {"after": "10m", "to": ["boss"]}]
    desk = Desk(
        people=("phone", "desk", "boss", "hook"),
        routes=(route(to=["phone"], escalate=ladder),),
        dead={"phone", "desk", "boss"},
    )
    desk.fire()
    desk.wait(MINUTE)
    assert receivers(desk.told()) == ["20 hook"]


def test_a_dead_first_rung_is_passed_over_at_once() -> None:
    ladder = [{"after": "5m", "to": ["desk"]}, {"after": "10m", "to": ["boss"]}]
    desk = Desk(routes=(route(to=["phone"], repeat="1h", escalate=ladder),), dead={"phone"})
    desk.fire()
    desk.wait(11 * MINUTE)
    assert receivers(desk.told()) == ["10 desk", "600 boss"]


def test_a_dead_rung_is_passed_over_when_its_time_has_come() -> None:
    ladder = [{"after": "2m", "to": ["desk"]}, {"after": "10m", "to": ["boss"]}]
    desk = Desk(
        people=("phone", "desk", "boss", "hook"),
        routes=(route(to=["phone"], repeat="1h", escalate=ladder),),
        dead={"desk"},
    )
    desk.fire()
    desk.wait(20 * MINUTE)
    assert receivers(desk.told()) == ["0 phone", "130 boss"]
    assert desk.got[-1][1].note == "told here because desk did not take it"


def test_what_is_refused_for_good_goes_to_the_others_whatever_its_severity() -> None:
    desk = Desk(routes=(route(to=["phone"]),), refusing={"phone"})
    desk.fire("HedgeDrift", WARNING)
    desk.wait(2)
    assert receivers(desk.told()) == ["1 desk", "1 boss"]
    assert desk.got[0][1].note == "told here because phone refused it"


def test_a_warning_whose_receiver_is_down_waits_for_it() -> None:
    desk = Desk(routes=(route(to=["phone"]),), dead={"phone"})
    desk.fire("HedgeDrift", WARNING)
    desk.wait(HOUR)
    assert desk.told() == []


def test_that_a_console_took_an_alert_is_not_enough_when_the_phone_did_not() -> None:
    people, screens = ("phone", "console", "boss"), frozenset({"console"})
    both = (route(to=["phone", "console"]),)
    desk = Desk(people=people, displays=screens, routes=both, dead={"phone"})
    desk.fire()
    desk.wait(20)
    assert receivers(desk.told()) == ["0 console", "10 boss"]
    desk = Desk(people=people, displays=screens, routes=(route(to=["console"]),))
    desk.fire()
    desk.wait(20)
    assert receivers(desk.told()) == ["0 console"], "its owner wants no more than that"


def test_mirrors_hear_of_everything_at_once_wherever_the_routes_lead() -> None:
    desk = Desk(people=("phone",), mirrors=("am",), routes=(route(to=["phone"], digest="15m"),))
    desk.silence(HOUR)
    alert = desk.fire("HedgeDrift", WARNING)
    (_, shown), *_ = desk.got
    assert receivers(desk.told()) == ["0 am"]
    assert shown.transition.annotations["silenced_by"] == "ops"
    desk.resolve(alert)
    assert receivers(desk.told()) == ["0 am"]


def test_a_route_to_a_mirror_alone_that_is_down_falls_back_to_people() -> None:
    desk = Desk(people=("phone",), mirrors=("am",), routes=(route(to=["am"]),), dead={"am"})
    desk.fire()
    desk.wait(20)
    assert receivers(desk.told()) == ["10 phone"]


def test_an_alert_under_a_silence_is_told_when_the_silence_ends_and_it_still_fires() -> None:
    desk = Desk(people=("phone",))
    desk.silence(HOUR)
    alert = desk.fire("HedgeDrift", WARNING)
    desk.wait(HOUR - 1)
    assert [line for line in desk.told() if "SILENCED" not in line] == []
    desk.wait(2)
    assert desk.told() == [f"3600 phone {DRIFT}"]
    assert desk.got[-1][1].note == "kept quiet until now by ops"
    desk.resolve(alert)
    assert receivers(desk.told()) == ["3601 phone"]


def test_what_was_told_before_a_silence_is_said_to_fire_still_when_it_ends() -> None:
    desk = Desk(people=("phone",))
    alert = desk.fire("HedgeDrift", WARNING)
    seen = desk.acknowledge(desk.fire("BasisWide", WARNING))
    desk.silence(HOUR)
    desk.told()
    desk.wait(2 * HOUR)
    assert desk.told() == ["1800 phone SILENCED: 1 alert fires", f"3600 phone STILL {DRIFT}"]
    assert desk.got[-1][1].note == "kept quiet until now by ops, and it still fires"
    desk.wait(HOUR)
    desk.resolve(alert)
    desk.resolve(seen)
    assert len(desk.told()) == 2, "nothing but that they are over"


def test_what_came_and_went_under_a_silence_is_told_to_nobody() -> None:
    desk = Desk(people=("phone",))
    desk.silence(HOUR)
    desk.resolve(desk.fire("HedgeDrift", WARNING))
    desk.wait(2 * HOUR)
    assert desk.told() == []


def test_whoever_heard_that_it_fires_hears_that_it_is_over_in_spite_of_a_silence() -> None:
    desk = Desk(people=("phone",), routes=(route(to=["phone"], repeat="5m"),))
    alert = desk.fire("HedgeDrift", WARNING)
    desk.silence(HOUR)
    desk.wait(20 * MINUTE)
    assert desk.told() == [f"0 phone {DRIFT}"], "no reminder under a silence"
    desk.resolve(alert)
    assert receivers(desk.told()) == ["1200 phone"]


def test_what_may_not_be_silenced_and_what_is_more_severe_is_told() -> None:
    desk = Desk(people=("phone",))
    desk.silence(HOUR, up_to=WARNING)
    desk.fire("AccountBlind", WARNING, silenceable=False)
    desk.fire("MarginDanger", Severity.CRITICAL)
    assert len(desk.told()) == 2


def test_an_alarming_end_is_told_through_every_silence_and_repeated_until_acknowledged() -> None:
    desk = Desk(people=("phone",))
    desk.silence(HOUR, up_to=Severity.CRITICAL)
    alert = desk.fire()
    assert desk.told() == []
    end = desk.tell(replace(alert, state=AlertState.ENDED, reason="liquidated"))
    desk.wait(6 * MINUTE)
    assert receivers(desk.told()) == ["0 phone", "300 phone"]
    desk.acknowledge(replace(end, state=AlertState.INACTIVE))
    desk.told()
    desk.wait(HOUR)
    assert [line for line in desk.told() if "SILENCED" not in line] == []


def test_an_alarming_end_that_nobody_can_acknowledge_is_told_once() -> None:
    desk = Desk(people=("phone",))
    end = replace(transition(AlertState.ENDED, reason="liquidated"), at=desk.now)
    desk.take(desk.audience.tell(end, desk.now, stands=False))
    desk.wait(HOUR)
    assert receivers(desk.told()) == ["0 phone"]


def test_nothing_is_said_of_what_does_not_stand_any_more() -> None:
    desk = Desk(people=("phone",), stands=False)
    desk.fire()
    desk.wait(HOUR)
    assert receivers(desk.told()) == ["0 phone"]


def test_half_way_through_a_silence_what_fires_under_it_is_called_to_mind_once() -> None:
    desk = Desk(people=("phone",))
    desk.silence(HOUR)
    desk.fire("HedgeDrift", WARNING)
    desk.fire("BasisWide", WARNING)
    desk.wait(50 * MINUTE)
    assert desk.told() == ["1800 phone SILENCED: 2 alerts fire"]
    assert "half of that is over" in desk.got[-1][1].note


def test_a_silence_under_which_nothing_fires_says_nothing() -> None:
    desk = Desk(people=("phone",))
    desk.silence(HOUR)
    desk.wait(2 * HOUR)
    assert desk.told() == []


def test_when_people_are_told_after_all_mirrors_no_longer_show_it_as_silenced() -> None:
    desk = Desk(people=("phone",), mirrors=("am",))
    desk.silence(HOUR)
    desk.fire("HedgeDrift", WARNING)
    desk.wait(HOUR + 1)
    shown = [got.transition.annotations for name, got in desk.got if name == "am"]
    assert ["silenced_by" in texts for texts in shown] == [True, False]


def test_lesser_alerts_are_told_together_once_a_period() -> None:
    desk = Desk(people=("phone",), routes=(route(to=["phone"], digest="15m"),))
    drift = desk.fire("HedgeDrift", WARNING)
    desk.fire("BasisWide", INFO)
    desk.wait(60)
    desk.resolve(drift)
    assert desk.told() == []
    desk.wait(15 * MINUTE)
    assert desk.told() == ["100 phone DIGEST: 1 alert fires, 1 is over"]
    assert [one.alertname for one in desk.got[-1][1].digest] == ["BasisWide", "HedgeDrift"]
    desk.wait(HOUR)
    assert desk.told() == [], "no news, no digest"
    desk.fire("HedgeDrift", WARNING)
    desk.wait(15 * MINUTE)
    assert receivers(desk.told()) == ["4600 phone"]
    assert len(desk.got[-1][1].digest) == 2, "what still fires is in it too"


def test_a_critical_alert_never_waits_for_a_digest() -> None:
    desk = Desk(people=("phone",), routes=(route(to=["phone"], digest="15m"),))
    desk.fire()
    assert desk.told() == [f"0 phone {HEARD}"]


def test_a_digest_keeps_quiet_about_what_is_silenced_until_the_silence_ends() -> None:
    desk = Desk(people=("phone",), routes=(route(to=["phone"], digest="15m"),))
    desk.silence(HOUR, "alertname=HedgeDrift")
    desk.fire("HedgeDrift", WARNING)
    desk.fire("BasisWide", WARNING)
    desk.wait(20 * MINUTE)
    assert desk.told() == ["100 phone DIGEST: 1 alert fires"]
    desk.wait(HOUR)
    assert [line for line in desk.told() if "SILENCED" not in line] == [
        "3700 phone DIGEST: 2 alerts fire"
    ]


def test_a_restart_loses_nothing_of_a_digest() -> None:
    desk = Desk(people=("phone",), routes=(route(to=["phone"], digest="15m"),))
    alert = desk.fire("HedgeDrift", WARNING)
    desk.restart(alert)
    desk.wait(20 * MINUTE)
    assert desk.told() == ["100 phone DIGEST: 1 alert fires"]
    assert next(iter(desk.outbox.values())).notification.digest, "what went into it is settled"


def test_a_restart_neither_forgets_nor_repeats_a_rung_of_the_ladder() -> None:
    ladder = [{"after": "2m", "to": ["desk"]}, {"after": "10m", "to": ["boss"]}]
    desk = Desk(routes=(route(to=["phone"], repeat="1h", escalate=ladder),))
    alert = desk.fire()
    desk.wait(3 * MINUTE)
    desk.restart(alert)
    desk.wait(5 * MINUTE)
    assert receivers(desk.told()) == ["0 phone", "120 desk"]
    desk.now += 10 * MINUTE
    desk.restart(alert)
    desk.wait(5)
    assert receivers(desk.told()) == ["1081 boss"], "its time came while nobody watched"
    desk.resolve(alert)
    assert len(desk.told()) == 3


def test_a_restart_does_not_wake_whoever_acknowledged() -> None:
    desk = Desk()
    alert = desk.acknowledge(desk.fire())
    desk.restart(alert)
    desk.told()
    desk.wait(HOUR)
    assert desk.told() == []


def test_a_silence_that_ended_while_nobody_watched_is_made_up_for() -> None:
    desk = Desk(people=("phone",))
    desk.silence(HOUR)
    alert = desk.fire("HedgeDrift", WARNING)
    desk.now += 2 * HOUR
    desk.restart(alert)
    desk.wait(5)
    assert desk.told() == [f"7201 phone {DRIFT}"]


def test_a_restart_under_a_silence_keeps_it_and_whoever_heard_before_hears_the_end() -> None:
    desk = Desk(people=("phone",))
    alert = desk.fire("HedgeDrift", WARNING)
    desk.silence(HOUR)
    desk.restart(alert)
    desk.wait(10 * MINUTE)
    desk.resolve(alert)
    assert receivers(desk.told()) == ["0 phone", "600 phone"]


def test_an_outbox_that_nobody_can_read_makes_nobody_hear_of_it_twice() -> None:
    desk = Desk(people=("phone",))
    alert = desk.fire("HedgeDrift", WARNING)
    desk.restart(alert, known=False)
    desk.wait(HOUR)
    assert desk.told() == [f"0 phone {DRIFT}"]


def test_quiet_hours_are_for_lesser_alerts_only() -> None:
    night = QuietHoursSettings.model_validate({"name": "night", "times": "00:00-24:00"})
    desk = Desk(people=("phone",), quiet_hours=(night,))
    desk.fire("HedgeDrift", WARNING)
    desk.fire()
    desk.wait(2)
    assert desk.told() == [f"0 phone {HEARD}"]
