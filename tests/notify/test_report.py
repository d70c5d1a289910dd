"""A report, told: each receiver gets what it can show of it, once, beside its alerts."""

import asyncio
from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest

from hedgewatch.core.alert_model import Severity
from hedgewatch.notify.apprise_child import is_mail
from hedgewatch.notify.message import BODY_BYTES, body, plain, title
from hedgewatch.notify.outgoing import (
    Delivery,
    Notification,
    decode_notification,
    delivery_of,
    encode_notification,
)
from hedgewatch.notify.receiver import DeliveryError
from hedgewatch.notify.report import Report
from hedgewatch.notify.routing import RouteSettings
from tests.notify.alerts import NOON, Memory, Phone, composed, now, running, transition
from tests.notify.ends import (
    RECEIVERS,
    Bench,
    Ends,
    Line,
    alertmanager,
    built,
    mqtt,
    silence,
    webhook,
    working,
)
from tests.notify.listener import listening_to, text
from tests.notify.mail import Mailbox, receiving
from tests.support.servers import Server, mosquitto_server

REPORT = Report(
    kind="daily",
    title="desk-1: daily report, Sunday 29 November 2026",
    begins=NOON - 86_400.0,
    ends=NOON,
    timezone="Europe/Berlin",
    brief=("alerts: 4 critical (MarginDanger main/USDT 4×)", "equity 10,123.45 USDT, +12.30"),
    markdown="# desk-1\n\n| pool | change |\n| :-- | --: |\n| main/USDT | +12.30 |\n",
    html="<!doctype html><title>desk-1</title><table></table><svg></svg>\n",
    mail="<!doctype html><title>desk-1</title><table><tr><td>+12.30</td></tr></table>\n",
    figures={"period": {"last": "2026-11-29"}, "pools": [{"name": "main/USDT", "change": 12.3}]},
)


def told(report: Report = REPORT, receiver: str = "desk") -> Notification:
    return delivery_of(report, receiver, NOON).notification


@pytest.fixture
def bench(tmp_path: Path, start_server: Callable[[Server], Server]) -> Bench:
    folder = tmp_path / "secrets"
    folder.mkdir()
    return Bench(folder, cache(lambda: start_server(mosquitto_server(tmp_path))))


def test_a_phone_is_told_the_brief_and_how_to_have_the_rest() -> None:
    assert title(told()) == "desk-1: daily report, Sunday 29 November 2026"
    assert body(told()).splitlines() == [
        "alerts: 4 critical (MarginDanger main/USDT 4×)",
        "equity 10,123.45 USDT, +12.30",
        "all of it: hedgewatch report --daily --at 2026-11-29",
    ]


def test_a_brief_of_many_lines_is_as_short_as_any_message() -> None:
    fields = {name: getattr(REPORT, name) for name in Report.__slots__}
    long = Report(**fields | {"brief": ("щ\x1b" * 4_000,) * 3})
    assert len(body(told(long)).encode()) <= BODY_BYTES
    assert "\x1b" not in body(told(long))


def test_what_rejects_it_gets_its_title_in_plain_letters() -> None:
    bare = plain(told())
    assert (bare.report, title(bare)) == (None, REPORT.title)
    assert body(bare) == REPORT.title


def test_a_report_survives_the_way_to_the_outbox_and_back_under_the_same_key() -> None:
    assert decode_notification(encode_notification(told())) == told()
    again = delivery_of(REPORT, "desk", NOON + 900.0)
    assert again.key == told().key, "made twice it is one"
    assert again.key != delivery_of(REPORT, "mail", NOON).key


@pytest.mark.live
@pytest.mark.parametrize("ends", [each for each in RECEIVERS if each not in (mqtt, alertmanager)])
async def test_it_arrives_as_its_receiver_can_show_it(bench: Bench, ends: Ends) -> None:
    async with ends(bench) as line, working(line) as receiver:
        assert line.settings.takes_reports
        await receiver.deliver(told())
        heard = await line.heard()
    assert "daily report, Sunday 29 November 2026" in heard
    assert "+12.30" in heard
    if ends is webhook:
        assert "'markdown': '# desk-1" in heard
        assert "<svg>" in heard
    else:
        assert "hedgewatch report --daily --at 2026-11-29" in heard
        assert "<" not in heard


@pytest.mark.live
async def test_a_mail_has_the_tables_in_it_and_the_pictures_as_a_file(bench: Bench) -> None:
    async with receiving(Mailbox()) as mailbox:
        receiver, _ = built({"apprise": {"url": bench.secret(mailbox.url)}})
        async with working(Line(receiver, _, silence)):
            await receiver.deliver(told())
        (arrived,) = mailbox.mails
    page = arrived.get_body(("html",))
    assert page is not None
    assert "<td>+12.30</td>" in page.get_content()
    (file,) = arrived.iter_attachments()
    assert file.get_filename() == "hedgewatch-daily-2026-11-29.html"
    assert file.get_content() in (REPORT.html, REPORT.html.encode())


@pytest.mark.live
async def test_over_mqtt_it_is_retained_and_is_no_alert(bench: Bench) -> None:
    async with (
        mqtt(bench) as line,
        listening_to(bench.broker.port) as listener,
        working(line) as receiver,
    ):
        await receiver.deliver(told())
        message = await listener.next("/report/daily")
    assert '"title": "desk-1: daily report' in text(message.payload)
    assert "<svg>" not in text(message.payload)


@pytest.mark.live
async def test_alertmanager_is_not_asked_to_show_what_is_no_alert(bench: Bench) -> None:
    async with alertmanager(bench) as line:
        assert not line.settings.takes_reports


def test_of_the_services_only_a_mail_gets_the_whole() -> None:
    class Service:
        def __init__(self, protocol: str) -> None:
            self.secure_protocol = protocol

    question = {"mail": REPORT.mail, "title": "…"}
    assert is_mail(Service("mailtos"), question)
    assert not is_mail(Service("tgram"), question)
    assert not is_mail(Service("mailtos"), {"title": "…"})


def of(report: Report, *names: str) -> list[Delivery]:
    return [delivery_of(report, name, now()) for name in names]


async def test_it_goes_to_whom_it_is_for_whatever_routes_say_and_is_kept_until_it_arrives() -> None:
    phone, hook, memory = Phone(), Phone("hook"), Memory()
    route = RouteSettings.model_validate({"to": ["hook"], "digest": "1h"})
    desk = composed([phone, hook], memory, [route])
    async with running(desk):
        desk.dispatcher.announce(of(REPORT, "phone", "gone"))
        (got,) = await phone.has(1)
        await desk.dispatcher.drain(5.0)
    assert got.report == REPORT
    assert hook.got == []
    assert memory.sent == [got.key]


async def test_after_a_crash_it_is_sent_once_more_under_its_key() -> None:
    phone = Phone()
    desk = composed([phone], Memory(), clock=lambda: NOON + 10.0)
    desk.dispatcher.restore((), [delivery_of(REPORT, "phone", NOON)], NOON + 10.0, ())
    async with running(desk):
        (got,) = await phone.has(1)
    assert (got.key, got.report) == (told(receiver="phone").key, REPORT)


async def test_it_is_left_out_of_what_is_told_together_and_holds_up_no_alert() -> None:
    phone = Phone(trouble=[DeliveryError("busy", retryable=True, retry_after=0.3)])
    desk = composed([phone], Memory())
    async with running(desk):
        desk.dispatcher.announce(of(REPORT, "phone"))
        await asyncio.sleep(0.05)
        for number in range(6):
            warned = transition(alertname=f"W{number}", severity=Severity.WARNING, at=now())
            desk.tell(warned)
        desk.tell(transition(at=now()))
        got = await phone.has(3)
    assert got[0].transition.alertname == "MarginDanger", "critical passes the pause"
    assert sorted(each.report is not None for each in got) == [False, False, True]
    (digest,) = [each for each in got if each.digest]
    assert "Report" not in {each.alertname for each in digest.digest}
