"""What a command does, what it is answered, and what is written down of it."""

from contextlib import suppress
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from structlog.testing import capture_logs

from hedgewatch.command import fields_of
from hedgewatch.core.alert_model import Acknowledgement, AlertState, Severity
from hedgewatch.core.events import AlertAcknowledged
from hedgewatch.notify.silences import Silences
from tests.commands.room import BASKET, STANDING, Room
from tests.notify.alerts import MAIN_POOL, NOON

NOW = NOON + 60.0


async def test_an_acknowledgement_is_told_to_the_engine_and_written_down() -> None:
    room = Room()
    reply = await room.give("ack", alert="HedgeDrift", period="2h", comment="on it")
    assert room.published == [
        AlertAcknowledged(
            alertname="HedgeDrift", subject=BASKET, by="anna", until=NOW + 7200, comment="on it"
        )
    ]
    assert reply.status == 200
    assert (reply.document["until"], reply.document["stored"]) == (NOW + 7200, True)
    (entry,) = room.audited()
    assert (entry["at"], entry["command"], entry["channel"]) == (NOW, "ack", "shell")
    assert (entry["by"], entry["outcome"]) == ("anna", "done")
    assert entry["fields"]["comment"] == "on it"
    assert entry["did"]["acknowledged"][0]["episode"] == "a0c5f9e3"


@pytest.mark.parametrize(
    "meant",
    [
        {"alert": "MarginDanger", "matchers": ["account=main"]},
        {"matchers": ["account=main", "severity=critical"]},
        {"matchers": ['account=~"ma.*"', "alertname=MarginDanger"]},
        {"episode": "3f2a"},
    ],
)
async def test_an_alert_is_meant_by_name_by_labels_or_by_its_episode(
    meant: dict[str, object],
) -> None:
    room = Room()
    assert (await room.give("ack", **meant)).status == 200
    assert [(event.alertname, event.subject) for event in room.published] == [
        ("MarginDanger", MAIN_POOL)
    ]


async def test_of_several_alerts_none_is_acknowledged_by_mistake_and_all_on_demand() -> None:
    room = Room()
    reply = await room.give("ack", alert="MarginDanger")
    assert (reply.status, room.published) == (409, [])
    alerts = reply.document["alerts"]
    assert isinstance(alerts, list)
    assert [alert["subject"] for alert in alerts] == ["main/USDT", "second/USDT"]
    assert (await room.give("ack", alert="MarginDanger", all=True)).status == 200
    assert len(room.published) == 2


async def test_what_does_not_stand_is_answered_with_what_does() -> None:
    room = Room()
    reply = await room.give("ack", alert="MarginDangr")
    assert reply.status == 404
    assert reply.document["error"] == ("no alert MarginDangr stands (did you mean 'MarginDanger'?)")
    alerts = reply.document["alerts"]
    assert isinstance(alerts, list)
    assert len(alerts) == len(STANDING)
    assert room.published == []
    (entry,) = room.audited()
    assert (entry["outcome"], entry["why"]) == ("refused", reply.document["error"])


async def test_what_nobody_was_told_of_cannot_be_acknowledged() -> None:
    room = Room()
    reply = await room.give("ack", alert="FundingDrain")
    assert (reply.status, room.published) == (409, [])


async def test_an_alarming_end_can_be_acknowledged() -> None:
    ended = replace(STANDING[0], state=AlertState.ENDED, reason="liquidated")
    room = Room(alerts=[ended])
    assert (await room.give("ack", episode="3f2a9")).status == 200
    assert len(room.published) == 1


async def test_an_acknowledgement_is_taken_back_where_there_is_one() -> None:
    room = Room()
    assert (await room.give("unack", alert="HedgeDrift")).status == 409
    seen = replace(STANDING[0], acknowledged=Acknowledgement(by="anna", at=NOON))
    room.alerts[0] = seen
    assert (await room.give("unack", alert="MarginDanger")).status == 200
    assert [(event.subject, event.withdrawn) for event in room.published] == [(MAIN_POOL, True)]


async def test_every_mistake_of_a_command_is_told_at_once() -> None:
    room = Room()
    fields = {"by": " ", "alrt": "X", "for": "2 hours", "matchers": "account=main", "all": "yes"}
    reply = await room.commands.obey("ack", fields, "shell")
    assert reply.status == 400
    assert reply.document["problems"] == [
        "by: must be the name of a person, of at most 64 signs",
        'matchers: must be a list of texts, like ["account=main"]',
        "all: must be true or false",
        "for: a duration must read like 500ms, 30s, 5m, 1h30m or 2d",
        "unknown field 'alrt' (did you mean 'alert'?)",
    ]
    reply = await room.commands.obey("silence", {}, "shell")
    assert reply.document["problems"] == [
        "by: is missing: the name of whoever says so",
        "matchers: is missing",
        "for: is missing",
    ]
    assert [entry["outcome"] for entry in room.audited()] == ["refused", "refused"]


async def test_a_command_that_does_not_exist_is_refused_and_written_down() -> None:
    room = Room()
    assert (await room.give("close-position")).status == 404
    assert room.audited()[0]["command"] == "close-position"


async def test_a_silence_says_what_it_keeps_quiet_and_what_not() -> None:
    room = Room()
    room.alerts[1] = replace(STANDING[1], silenceable=False)
    reply = await room.give(
        "silence", matchers=["alertname=MarginDanger"], period="1h", comment="moving coins"
    )
    assert reply.status == 200
    assert _subjects(reply.document["muted"]) == ["main/USDT"]
    assert _subjects(reply.document["not_muted"]) == ["second/USDT"]
    (silence,) = room.silences.all()
    assert (silence.id, silence.ends_at, silence.up_to) == (
        "silence1", NOW + 3600, Severity.CRITICAL,
    )  # fmt: skip
    assert room.commands.silences()[0]["matchers"] == ['alertname="MarginDanger"']
    assert room.commands.silence_of(room.alerts[0]) is not None
    assert room.commands.silence_of(room.alerts[1]) is None


@pytest.mark.parametrize(
    ("matchers", "period", "why"),
    [
        (["account=main"], "25h", "24 h"),
        (["account=~.*"], "1h", "not of everything"),
        ([], "1h", "not of everything"),
        (["account"], "1h", "no matcher"),
    ],
)
async def test_a_silence_that_would_last_or_hide_all_is_refused(
    matchers: list[str], period: str, why: str
) -> None:
    room = Room()
    reply = await room.give("silence", matchers=matchers, period=period)
    assert reply.status == 400
    assert why in str(reply.document["error"])
    assert room.silences.all() == ()


async def test_a_silence_is_ended_by_the_beginning_of_its_id() -> None:
    room = Room()
    for _ in range(2):
        await room.give("silence", matchers=["account=main"], period="1h")
    assert (await room.give("unsilence", id="silence")).status == 409
    assert (await room.give("unsilence", id="")).status == 404
    assert (await room.give("unsilence", id="silence2")).status == 200
    assert [silence.id for silence in room.silences.all()] == ["silence1"]
    assert list(room.disk.kept) == ["silence1"]


async def test_a_silence_holds_over_a_restart_and_not_longer() -> None:
    room = Room()
    await room.give("silence", matchers=["account=main"], period="1h")
    restarted = Room(disk=room.disk, now=NOW + 3599)
    await restarted.shelf.load(restarted.now)
    assert restarted.silences.all() == room.silences.all()
    late = Room(disk=room.disk, now=NOW + 3601)
    await late.shelf.load(late.now)
    assert late.silences.all() == ()


async def test_a_clock_that_was_set_back_makes_no_silence_last() -> None:
    room = Room()
    await room.give("silence", matchers=["account=main"], period="24h")
    restarted = Room(disk=room.disk, now=NOW - 7 * 86400)
    await restarted.shelf.load(restarted.now)
    (silence,) = restarted.silences.all()
    assert silence.ends_at == restarted.now + 86400


async def test_a_disk_that_fails_keeps_no_command_from_working_and_is_told() -> None:
    room = Room()
    room.disk.failing = True
    with capture_logs() as logs:
        reply = await room.give("silence", matchers=["account=main"], period="1h")
    assert reply.status == 200
    assert reply.document["stored"] is False
    assert reply.document["not_stored_because"] == "no space left on device"
    assert len(room.silences.all()) == 1
    assert [line["event"] for line in logs].count("command") == 1
    room.disk.failing = False
    await room.shelf.save()
    restarted = Silences()
    restarted_room = Room(disk=room.disk, silences=restarted)
    await restarted_room.shelf.load(NOW)
    assert len(restarted.all()) == 1


async def test_a_stored_silence_that_cannot_be_read_is_none() -> None:
    room = Room()
    room.disk.kept = {"a": "{}", "b": "not json", "c": '{"id": "c", "matchers": ["?"]}'}
    with capture_logs() as logs:
        await room.shelf.load(NOW)
    assert room.silences.all() == ()
    assert [line["event"] for line in logs] == ["stored_silence_unreadable"] * 3


async def test_a_flood_of_strangers_fills_neither_disk_nor_log() -> None:
    room = Room()
    for _ in range(500):
        await room.commands.refused("ack", "mqtt desk", "the signature is wrong")
    assert len(room.audited()) == 20
    room.now += 1.5
    await room.commands.refused("ack", "mqtt desk", "the signature is wrong")
    assert room.audited()[-1]["unwritten_before"] == 480


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"[]", "one JSON object"),
        (b"{", "no JSON"),
        (b'{"by": "a", "by": "b"}', "stands twice"),
        (b'{"for": NaN}', "no JSON"),
        (b"\xff", "UTF-8"),
        (b'{"by": "\\ud800"}', "UTF-8"),
        (b'{"for": 12345678901234567890}', "so many digits"),
        (b"[" * 4096, "nested too deeply"),
    ],
)
def test_what_is_no_command_says_why(content: bytes, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        fields_of(content)


@given(st.binary(max_size=200) | st.text(alphabet='{}[]":,1anull', max_size=40).map(str.encode))
def test_any_bytes_are_a_command_or_say_why_not(content: bytes) -> None:
    with suppress(ValueError):
        assert isinstance(fields_of(content), dict)


def _subjects(alerts: object) -> list[str]:
    assert isinstance(alerts, list)
    return [alert["subject"] for alert in alerts]
