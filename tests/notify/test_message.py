from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hedgewatch.core.alert_model import Acknowledgement, AlertState, Change, Severity, Transition
from hedgewatch.core.model import EndReason, Scope, Subject
from hedgewatch.core.wording import spoken
from hedgewatch.notify.digest import digest_of
from hedgewatch.notify.message import (
    BODY_BYTES,
    TITLE_BYTES,
    body,
    clean,
    clip,
    plain,
    title,
)
from hedgewatch.notify.outgoing import (
    Notification,
    decode_notification,
    encode_notification,
)
from tests.notify.alerts import MAIN_POOL, NOON, notification, transition

ANYTHING = st.text(st.characters(exclude_categories=()))  # even unpaired surrogates


@pytest.mark.parametrize(
    ("state", "reason", "expected"),
    [
        (AlertState.FIRING, "", "CRITICAL MarginDanger: main/USDT"),
        (AlertState.RESOLVED, "", "RESOLVED MarginDanger: main/USDT"),
        (AlertState.ENDED, EndReason.CLOSED, "ENDED (closed) MarginDanger: main/USDT"),
        (
            AlertState.ENDED,
            EndReason.AUTO_DELEVERAGED,
            "CRITICAL ENDED (auto deleveraged) MarginDanger: main/USDT",
        ),
    ],
)
def test_the_title_says_in_one_line_how_bad_what_and_where(
    state: AlertState, reason: str, expected: str
) -> None:
    assert title(notification(transition(state, reason=reason))) == expected


def test_a_reminder_says_that_it_is_one() -> None:
    again = Notification(key="k", transition=transition(), reminder=True)
    assert title(again) == "STILL CRITICAL MarginDanger: main/USDT"


def test_what_is_clear_but_not_yet_believed_is_said_again_calmly() -> None:
    texts = {"summary": "is about to be liquidated", "resolved": "margin ratio 6.9% again"}
    fires = replace(transition(at=NOON + 300), annotations=texts | {"description": "Top up."})
    calm = Notification(key="k", transition=replace(fires, calm_since=NOON + 60), reminder=True)
    assert title(calm) == "CALM FOR NOW MarginDanger: main/USDT"
    lapsed = replace(calm.transition, change=Change.LAPSED)
    assert (
        title(Notification(key="k", transition=lapsed))
        == "CALM FOR NOW, NO LONGER ACKNOWLEDGED MarginDanger: main/USDT"
    )
    assert body(calm).split("\n")[:2] == [
        "margin ratio 6.9% again",
        "Its condition has not held for 4 min: resolved if that lasts.",
    ]


def test_a_liquidation_says_what_happened_before_what_was_known_last() -> None:
    ended = transition(AlertState.ENDED, reason=EndReason.LIQUIDATED)
    first, second = body(notification(ended)).split("\n")[:2]
    assert first.startswith("The venue liquidated it. What it covered is open now")
    assert second == "when last judged: main/USDT: margin ratio 83.0%, liquidated at 100 %"


@pytest.mark.parametrize("reason", [reason for reason in EndReason if reason.calm])
def test_what_ended_calmly_says_so_before_the_words_of_the_time_when_it_alarmed(
    reason: EndReason,
) -> None:
    first, second, third, *_ = body(
        notification(transition(AlertState.ENDED, reason=reason))
    ).split("\n")
    assert "margin ratio" not in first
    assert second == "when last judged: main/USDT: margin ratio 83.0%, liquidated at 100 %"
    assert third.startswith("it lasted ")


def test_the_body_begins_with_what_the_rule_says_and_names_unknown_numbers_unknown() -> None:
    assert body(notification(transition(at=NOON + 180))).split("\n") == [
        "main/USDT: margin ratio 83.0%, liquidated at 100 %",
        "since 2026-09-21 14:13:17 UTC (3 min)",
        "margin_ratio 0.83, shock_down -∞, shock_up unknown",
    ]


def test_marks_that_reorder_or_hide_text_do_not_reach_a_screen() -> None:
    assert clean("a\u202eb\u200bc\x1b[31md\x00e\ud800f\tg") == "abc[31mdef g"
    hostile = Subject(Scope.POOL, (("account", "main\n\x1b[2J\u202e"), ("pool", "USDT")))
    assert (
        title(notification(transition(subject=hostile))) == "CRITICAL MarginDanger: main [2J/USDT"
    )


@given(ANYTHING, st.integers(3, 50))
def test_a_text_is_cut_to_bytes_without_breaking_a_character(text: str, limit: int) -> None:
    cut = clip(clean(text), limit)
    assert len(cut.encode()) <= limit
    assert clean(text).startswith(cut.removesuffix("…"))


@given(ANYTHING, st.sampled_from(AlertState))
def test_no_message_is_longer_than_a_phone_takes(text: str, state: AlertState) -> None:
    subject = Subject(Scope.POOL, (("account", text * 100),))
    told = notification(transition(state, alertname=text * 100, subject=subject))
    assert len(title(told).encode()) <= TITLE_BYTES
    assert len(body(told).encode()) <= BODY_BYTES
    assert "\n" not in title(told)


def test_the_plain_rendering_keeps_what_identifies_the_alert_and_nothing_that_can_offend() -> None:
    bare = plain(notification(transition(alertname="Маржа")))
    assert bare.transition.annotations == {"summary": "CRITICAL ?????: main/USDT"}
    assert (bare.transition.values, bare.transition.labels) == ({}, {})
    assert (bare.transition.subject, bare.key) == (
        MAIN_POOL,
        notification(transition(alertname="Маржа")).key,
    )


@given(ANYTHING, st.floats(0, 4e9), st.sampled_from(Severity))
def test_every_notification_survives_the_way_through_the_outbox(
    text: str, at: float, severity: Severity
) -> None:
    subject = Subject(Scope.FEED, (("feed", text),))
    told = notification(
        transition(alertname=text, subject=subject, severity=severity, at=at), receiver=text
    )
    assert decode_notification(encode_notification(told)) == told
    digest = replace(told, note="why", digest=(told.transition,) * 2, collected=900.0)
    assert decode_notification(encode_notification(digest)) == digest
    assert told.key.isascii()
    assert told.key.isprintable()


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (-5, "0 s"), (0, "0 s"), (59.9, "59 s"), (60, "1 min"), (3900, "1 h 05 min"),
        (172_799, "47 h 59 min"), (172_800, "2 days"), (float("inf"), "∞"),
    ],
)  # fmt: skip
def test_a_duration_reads_as_one_says_it(seconds: float, words: str) -> None:
    assert spoken(seconds) == words


def test_what_is_over_has_words_of_its_own_and_no_advice() -> None:
    texts = {
        "summary": "main: not watched: the key is refused",
        "description": "It is tried again by itself.",
        "resolved": "main: watched again",
        "runbook_url": "rules/README.md",
    }
    firing = replace(transition(), annotations=texts, values={})
    over = replace(transition(AlertState.RESOLVED, at=NOON + 60), annotations=texts, values={})
    assert "watched again" not in body(notification(firing))
    assert body(notification(firing)).startswith("main: not watched: the key is refused\nIt is")
    assert body(notification(over)).split("\n")[0] == "main: watched again"
    assert "tried again" not in body(notification(over))
    assert "rules/README.md" not in body(notification(over))


AT_NOON = replace(transition(), at=NOON + 60)
SEEN = Acknowledgement(by="anna", at=NOON, until=NOON + 3_600, comment="mine")


def _first_lines(change: Transition, lines: int) -> list[str]:
    return body(notification(change)).split("\n")[:lines]


def test_what_got_worse_says_so_first_and_by_how_much() -> None:
    worse = replace(AT_NOON, change=Change.WORSE, reason="margin_ratio 87.0% after 82.0%")
    assert title(notification(worse)) == "CRITICAL, WORSE MarginDanger: main/USDT"
    assert _first_lines(worse, 2)[1] == "WORSE: margin_ratio 87.0% after 82.0%"


def test_an_acknowledgement_says_who_has_it_until_when_and_gives_no_advice() -> None:
    texts = dict(AT_NOON.annotations) | {"description": "put 100 USDT into main/USDT"}
    seen = replace(AT_NOON, change=Change.ACKNOWLEDGED, acknowledged=SEEN, annotations=texts)
    assert title(notification(seen)) == "ACKNOWLEDGED MarginDanger: main/USDT"
    assert _first_lines(seen, 3)[1:] == [
        "acknowledged by anna at 2026-09-21 14:13:20 UTC, until 2026-09-21 15:13:20 UTC: mine",
        "since 2026-09-21 14:13:17 UTC (1 min)",
    ]


def test_an_acknowledgement_that_lapsed_says_that_nobody_has_it_in_hand() -> None:
    lapsed = replace(AT_NOON, change=Change.LAPSED, reason="it was until 15:13")
    assert title(notification(lapsed)) == "CRITICAL, NO LONGER ACKNOWLEDGED MarginDanger: main/USDT"
    assert _first_lines(lapsed, 2)[1] == "nobody has it in hand any more: it was until 15:13"


def test_a_reminder_of_what_somebody_has_seen_says_who() -> None:
    assert "acknowledged by anna" in body(notification(replace(AT_NOON, acknowledged=SEEN)))


def test_what_was_liquidated_gets_no_advice_for_what_was_held() -> None:
    texts = dict(AT_NOON.annotations) | {"description": "put 100 USDT into main/USDT"}
    gone = replace(AT_NOON, state=AlertState.ENDED, reason="liquidated", annotations=texts)
    assert "put 100 USDT" not in body(notification(gone))
    assert "The venue liquidated it." in body(notification(gone))


def test_a_text_that_has_nothing_to_say_is_left_out() -> None:
    texts = dict(AT_NOON.annotations) | {"cause": ""}
    assert "cause" not in body(notification(replace(AT_NOON, annotations=texts)))


def test_what_the_first_line_says_is_not_said_again() -> None:
    lost = "main AIX/USDT:USDT lost 50 contracts, liquidated"
    texts = {"summary": f"basket is broken: {lost}", "cause": lost}
    assert body(notification(replace(AT_NOON, annotations=texts))).count(lost) == 1
    other = texts | {"cause": "main lost 50 contracts", "desk": "basket"}
    said = body(notification(replace(AT_NOON, annotations=other)))
    assert "cause: main lost 50" in said
    assert "desk: basket" in said


def test_worse_is_not_said_twice_of_the_same() -> None:
    worse = replace(AT_NOON, change=Change.WORSE, reason="worse than when it was last told, 2 min")
    assert _first_lines(worse, 2)[1] == "WORSE than when it was last told, 2 min"


def test_the_links_come_last_and_the_runbook_only_while_there_is_something_to_do() -> None:
    links = {"status_url": "https://desk.lan/", "runbook_url": "https://desk.lan/runbooks/#x"}
    texts = dict(AT_NOON.annotations) | links
    firing = replace(AT_NOON, annotations=texts)
    over = replace(firing, state=AlertState.RESOLVED)
    assert body(notification(firing)).split("\n")[-2:] == [
        "status: https://desk.lan/",
        "runbook: https://desk.lan/runbooks/#x",
    ]
    assert body(notification(over)).split("\n")[-1] == "status: https://desk.lan/"


def test_a_digest_is_one_line_an_alert_and_short_where_it_was_refused() -> None:
    alerts = [
        transition(alertname="HedgeDrift", severity=Severity.WARNING),
        transition(AlertState.RESOLVED, alertname="BasisWide", at=NOON + 60, reason="clear"),
    ]
    told = digest_of("phone", alerts, NOON + 900, note="500 messages\u202ein one").notification
    assert title(told) == "DIGEST: 1 alert fires, 1 is over"
    assert body(told).splitlines() == [
        "DIGEST: 1 alert fires, 1 is over",
        "500 messagesin one",
        "WARNING HedgeDrift main/USDT since 21 Sep 14:13 UTC: "
        + transition().annotations["summary"],
        "over: BasisWide main/USDT, 21 Sep 14:13 UTC to 21 Sep 14:14 UTC, clear",
    ]
    short = plain(told)
    assert (title(short), body(short)) == ("DIGEST: 1 alert fires, 1 is over",) * 2


def test_a_long_digest_says_how_much_more_there_is() -> None:
    alerts = [replace(transition(alertname=f"Rule{n}"), annotations={}) for n in range(500)]
    told = digest_of("phone", alerts, NOON).notification
    assert body(told).splitlines()[-1] == "… and 460 more"
    assert len(body(told).encode()) <= BODY_BYTES


def test_why_it_is_told_here_stands_in_the_message() -> None:
    told = replace(notification(), note="told here because phone did not take it")
    assert "told here because phone did not take it" in body(told).splitlines()


def test_numbers_are_listed_only_where_the_rule_does_not_say_them_in_words() -> None:
    texts = dict(AT_NOON.annotations) | {"description": "50,287.50 USDT are lacking"}
    assert "margin_ratio 0.83" in body(notification(AT_NOON))
    assert "margin_ratio 0.83" not in body(notification(replace(AT_NOON, annotations=texts)))
