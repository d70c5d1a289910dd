"""Apprise's own plugins, in their process, against servers that speak as the services do."""

import asyncio
import json
import os
import signal
import socket
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from random import Random
from typing import Any

import pytest
from aiohttp import web
from apprise import Apprise, NotifyBase
from apprise.plugins.discord import NotifyDiscord
from apprise.plugins.pagerduty import PAGERDUTY_API_LOOKUP
from apprise.plugins.slack import NotifySlack
from pydantic import ValidationError

from hedgewatch.core.alert_model import AlertState, Change, Severity
from hedgewatch.notify.apprise import (
    Apprise as Phone,
)
from hedgewatch.notify.apprise import (
    AppriseSettings,
    harmless,
    judge,
    message,
    without_secrets,
)
from hedgewatch.notify.apprise_child import answers, as_patient_as_we, fitting
from hedgewatch.notify.apprise_process import CHILD, troubles
from hedgewatch.notify.outgoing import Notification
from hedgewatch.notify.receiver import DeliveryError
from tests.notify.alerts import Delivering, Memory, composed, notification, running, transition
from tests.notify.ends import TELEGRAM_CHILD, ready
from tests.notify.mail import MAILBOX, Mailbox, receiving
from tests.notify.ntfy import Ntfy, publishing
from tests.notify.telegram import CHAT, TOKEN, Telegram, chatting
from tests.support.servers import free_port
from tests.support.serving import serving


def apprise(
    folder: Path, url: str, program: tuple[str, ...] = CHILD, timeout: str = "10s"
) -> Phone:
    file = folder / "phone.url"
    file.write_text(url)
    file.chmod(0o600)
    settings = AppriseSettings.model_validate({"url": {"file": str(file)}, "timeout": timeout})
    return Phone("phone", settings, Random(7), program)


def bot(folder: Path, telegram: Telegram, token: str = TOKEN, chat: int = CHAT) -> Phone:
    return apprise(folder, f"tgram://{token}/{chat}/", (TELEGRAM_CHILD, telegram.url))


@asynccontextmanager
async def standing(receiver: Phone) -> AsyncIterator[Phone]:
    async with asyncio.TaskGroup() as group:
        task = group.create_task(receiver.run())
        await ready(receiver)
        yield receiver
        task.cancel()


async def failure_of(receiver: Phone) -> DeliveryError:
    with pytest.raises(DeliveryError) as failure:
        await receiver.deliver(notification())
    return failure.value


@pytest.mark.live
async def test_telegram_shows_the_alert_and_says_when_and_whether_to_try_again(
    tmp_path: Path,
) -> None:
    async with (
        chatting(Telegram(answers=[(429, 7), (500, 0), (400, 0)])) as telegram,
        standing(bot(tmp_path, telegram)) as phone,
    ):
        busy, broken, refused = [await failure_of(phone) for _ in range(3)]
        await phone.deliver(notification())
    assert (busy.retryable, busy.retry_after) == (True, 7.0)
    assert str(busy) == "it answered 429: Too Many Requests"
    assert (broken.retryable, broken.retry_after) == (True, None)
    assert not refused.retryable
    (shown,) = telegram.shown
    assert shown.startswith("CRITICAL MarginDanger: main/USDT")


@pytest.mark.live
async def test_a_revoked_token_and_an_unknown_chat_are_given_up_and_show_no_token(
    tmp_path: Path,
) -> None:
    async with (
        chatting(Telegram()) as telegram,
        standing(bot(tmp_path, telegram, token="987654321:revoked-canary-abcdefghi")) as phone,
    ):
        revoked = await failure_of(phone)
        (tmp_path / "phone.url").write_text(f"tgram://{TOKEN}/{CHAT + 1}/")
        unknown = await failure_of(phone)
        (tmp_path / "phone.url").write_text("nonsense")
        nonsense = await failure_of(phone)
    assert str(revoked) == "it answered 401: Unauthorized"
    assert str(unknown) == "it answered 400: Bad Request: chat not found"
    assert not revoked.retryable
    assert not unknown.retryable
    assert not nonsense.retryable


@pytest.mark.live
async def test_ntfy_shows_the_alert_and_a_full_quota_is_tried_again_and_no_proxy_is_asked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTP_PROXY", f"http://127.0.0.1:{free_port()}")
    async with (
        publishing(Ntfy(answers=[429])) as ntfy,
        standing(apprise(tmp_path, ntfy.url)) as phone,
    ):
        busy = await failure_of(phone)
        await phone.deliver(notification(transition(AlertState.RESOLVED)))
        (tmp_path / "phone.url").write_text(ntfy.url.replace("canary", "wrong"))
        wrong = await failure_of(phone)
    assert (busy.retryable, str(busy)) == (True, "it answered 429: limit reached")
    assert (wrong.retryable, str(wrong)) == (False, "it answered 401: unauthorized")
    assert ntfy.shown[0].startswith("RESOLVED MarginDanger: main/USDT\n")


@pytest.mark.live
async def test_a_mail_arrives_and_each_kind_of_reply_code_means_what_it_says(
    tmp_path: Path,
) -> None:
    replies = ["451 4.7.1 greylisted", "550 5.1.1 no such user"]
    async with (
        receiving(Mailbox(replies=replies)) as mailbox,
        standing(apprise(tmp_path, mailbox.url)) as phone,
    ):
        later, never = [await failure_of(phone) for _ in range(2)]
        await phone.deliver(notification())
        (tmp_path / "phone.url").write_text(mailbox.url_with("wrong-canary"))
        wrong = await failure_of(phone)
    assert (later.retryable, str(later)) == (True, "it answered 451: 4.7.1 greylisted")
    assert (never.retryable, str(never)) == (False, "it answered 550: 5.1.1 no such user")
    assert not wrong.retryable
    assert str(wrong).startswith("it answered 535")
    assert str(mailbox.mails[0]["to"]) == MAILBOX
    assert mailbox.shown().startswith("CRITICAL MarginDanger: main/USDT")


@pytest.mark.live
async def test_a_service_that_hangs_costs_its_process_and_sends_nothing_later(
    tmp_path: Path,
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as hanging:
        url = f"ntfy://desk:canary@127.0.0.1:{hanging.getsockname()[1]}/alerts?rto=30"
        phone = apprise(tmp_path, url, timeout="1s")
        delivering = composed([phone], Memory())
        async with running(delivering), publishing(Ntfy()) as ntfy:
            await ready(phone)
            delivering.tell(transition())
            assert await delivering.results.first(1) == ["retried"]
            (tmp_path / "phone.url").write_text(ntfy.url)
            assert await sent_at_last(delivering) >= 2
    assert len(ntfy.shown) == 1


async def sent_at_last(delivering: Delivering, number: int = 1) -> int:
    """How many results there were until one was a success."""
    while (await delivering.results.first(number))[-1] != "sent":
        number += 1
    return number


@pytest.mark.live
async def test_a_process_that_is_killed_is_started_anew(tmp_path: Path) -> None:
    async with publishing(Ntfy()) as ntfy:
        phone = apprise(tmp_path, ntfy.url)
        delivering = composed([phone], Memory())
        async with running(delivering):
            delivering.tell(transition(alertname="Before"))
            number = await sent_at_last(delivering)
            assert phone.process is not None
            os.kill(phone.process, signal.SIGKILL)
            delivering.tell(transition(alertname="After"))
            await sent_at_last(delivering, number + 1)
    assert ["After" in each for each in ntfy.shown] == [False, True]


PRYING = """
import json, os, sys
print(json.dumps({"ready": True}), flush=True)
for line in sys.stdin:
    seen = {"http": [400], "smtp": None, "broken": "", "retry_after": None}
    print(json.dumps({"unusable": False, **seen, "words": " ".join(os.environ)}), flush=True)
"""


@pytest.mark.live
async def test_the_process_sees_no_key_of_a_venue_and_no_credential_of_the_unit(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MAIN_KEY", "canary")
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", "/run/credentials")
    prying = tmp_path / "prying.py"
    prying.write_text(PRYING)
    async with standing(apprise(tmp_path, "ntfy://x", (str(prying),))) as phone:
        seen = str(await failure_of(phone))
    assert "PATH" in seen
    assert "MAIN_KEY" not in seen
    assert "CREDENTIALS_DIRECTORY" not in seen


@pytest.mark.live
async def test_a_process_that_cannot_start_is_the_reason_and_costs_no_waiting(
    tmp_path: Path,
) -> None:
    broken = tmp_path / "broken.py"
    broken.write_text("raise SystemExit(1)")
    phone = apprise(tmp_path, "ntfy://x", (str(broken),))
    async with asyncio.TaskGroup() as group:
        task = group.create_task(phone.run())
        failure = await failure_of(phone)
        task.cancel()
    assert failure.retryable
    assert str(failure) == "apprise cannot be started"


@pytest.mark.parametrize(
    ("answer", "retryable", "said"),
    [
        ({"http": [429]}, True, "it answered 429"),
        ({"http": [408]}, True, "it answered 408"),
        ({"http": [503]}, True, "it answered 503"),
        ({"http": [301]}, False, "it answered 301"),
        ({"http": [404], "words": "gone"}, False, "it answered 404: gone"),
        ({"http": [200, 404, 502]}, True, "it answered 502"),
        ({"http": [200]}, True, "apprise could not send it"),
        ({"broken": "ConnectTimeout"}, True, "ConnectTimeout"),
        ({"http": [404], "broken": "ReadTimeout"}, True, "it answered 404"),
        ({"smtp": 535}, False, "it answered 535"),
        ({"smtp": 421}, True, "it answered 421"),
        ({}, True, "apprise could not send it"),
        (
            {"unusable": True},
            False,
            "apprise knows no service by this url: see its page of that service",
        ),
    ],
)
def test_what_the_other_end_said_decides_whether_to_try_again(
    answer: Mapping[str, Any],
    retryable: bool,  # noqa: FBT001 - the case
    said: str,
) -> None:
    nothing: dict[str, Any] = {
        "http": [],
        "smtp": None,
        "broken": "",
        "retry_after": None,
        "words": "",
    }
    with pytest.raises(DeliveryError) as failure:
        judge({**nothing, **answer}, "ntfy://x")
    assert (failure.value.retryable, str(failure.value)) == (retryable, said)


def test_what_was_sent_is_no_failure() -> None:
    judge({"sent": True}, "ntfy://x")


def test_a_service_that_repeats_what_it_was_sent_gives_no_secret_away() -> None:
    url = "slack://xoxb-canary-token/B1/C2?pass=s%26cret"
    said = without_secrets("no team for xoxb-canary-token of s&cret or s%26cret", url)
    assert said == "no team for *** of *** or ***"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("@everyone and @here", "\uff20everyone and \uff20here"),
        ("<@123> <@&45> <@!6>", "<\uff20123> <\uff20&45> <\uff20!6>"),
        ("write to desk@example.org", "write to desk@example.org"),
        ("size 5 @ 100", "size 5 @ 100"),
        ("[x](http://y)", "[x] (http://y)"),
        ("<b>100 %</b>", "<b>100 %</b>"),
    ],
)
def test_nobody_is_called_and_no_link_hides_and_the_rest_is_as_it_was(
    text: str, shown: str
) -> None:
    assert harmless(text) == shown


@pytest.mark.parametrize(
    ("change", "kind"),
    [
        (transition(), "failure"),
        (transition(severity=Severity.WARNING), "warning"),
        (transition(severity=Severity.INFO), "info"),
        (transition(AlertState.RESOLVED), "success"),
        (transition(AlertState.ENDED, reason="liquidated"), "failure"),
        (transition(AlertState.ENDED, reason="closed"), "success"),
        (replace(transition(), change=Change.ACKNOWLEDGED), "info"),
    ],
)
def test_the_kind_of_a_message_goes_by_how_bad_it_is(change: Any, kind: str) -> None:
    assert message(notification(change))["type"] == kind


@pytest.mark.parametrize("sign", ["x", "щ", "😀", '"', "\n"])
@pytest.mark.parametrize(
    ("body", "title"), [(4096, 0), (7800, 200), (1024, 0), (160, 0), (2000, 250)]
)
def test_what_is_sent_fits_in_bytes_whatever_it_is_made_of(
    sign: str, body: int, title: int
) -> None:
    class Service:
        body_maxlen = body
        title_maxlen = title
        overflow_amalgamate_title = False

    head, rest = fitting(Service(), sign * 4000, sign * 4000)
    assert len(head.encode()) + len(rest.encode()) <= body + title
    assert len(rest.encode()) >= 4


@pytest.mark.live
@pytest.mark.slow
def test_urls_are_tried_on_apprise_before_they_are_needed() -> None:
    well, wrong = troubles(["ntfy://desk:canary@127.0.0.1:1/alerts", "nosuch://canary"])
    assert not well
    assert wrong.startswith("apprise knows no service by this url")


def test_a_url_in_the_configuration_itself_is_refused_because_it_is_a_secret() -> None:
    with pytest.raises(ValidationError) as failure:
        AppriseSettings.model_validate({"url": "tgram://canary/1"})
    assert "canary" not in str(failure.value)


@pytest.mark.parametrize("timeout", ["0s", "500ms", "2m"])
def test_a_timeout_that_is_too_short_or_too_long_is_refused(timeout: str) -> None:
    with pytest.raises(ValidationError, match="timeout is 1s to 60s"):
        AppriseSettings.model_validate({"url": {"env": "URL"}, "timeout": timeout})


def test_reminders_and_worse_news_are_told_like_the_first() -> None:
    told = message(replace(notification(), reminder=True))
    assert told["title"].startswith("STILL CRITICAL")


@dataclass(slots=True)
class Desk:
    """Takes what any service is sent."""

    bodies: list[dict[str, Any]] = field(default_factory=list)
    url: str = ""

    async def take(self, request: web.Request) -> web.Response:
        self.bodies.append(await request.json())
        return web.Response(text="ok")


@pytest.fixture
async def desk() -> AsyncIterator[Desk]:
    taking = Desk()
    async with serving("/{rest:.*}", taking.take) as taking.url:
        yield taking


async def sent(url: str, *told: Notification) -> list[Mapping[str, object]]:
    """What the child answers, here instead of in a process of its own."""
    lines = [json.dumps({"url": url, "seconds": "7", **message(each)}).encode() for each in told]
    return await asyncio.to_thread(lambda: list(answers(iter(lines))))


@pytest.mark.filterwarnings("ignore:'imghdr' is deprecated")
def test_a_service_has_as_long_as_we_wait_unless_its_url_says_how_long() -> None:
    slow, quick = (
        Apprise.instantiate(f"ntfy://127.0.0.1/alerts{how}") for how in ("", "?rto=2&cto=1")
    )
    for service in (slow, quick):
        as_patient_as_we(service, 10.0)
    assert isinstance(slow, NotifyBase)
    assert isinstance(quick, NotifyBase)
    assert (slow.socket_connect_timeout, slow.socket_read_timeout) == (10.0, 10.0)
    assert (quick.socket_connect_timeout, quick.socket_read_timeout) == (1.0, 2.0)


@pytest.mark.live
@pytest.mark.filterwarnings("ignore:'imghdr' is deprecated")
async def test_a_mail_server_that_is_down_is_the_reason() -> None:
    url = f"mailto://desk:canary@127.0.0.1:{free_port()}?mode=insecure&from=a@b.org&to=c@d.org"
    (answer,) = await sent(url, notification())
    with pytest.raises(DeliveryError, match="ConnectionRefusedError") as failure:
        judge(answer, url)
    assert failure.value.retryable


HOSTILE = replace(
    transition(), annotations={"summary": "<b> @everyone <!here> <@123> [x](http://y) <http://y|x>"}
)


@pytest.mark.live
@pytest.mark.filterwarnings("ignore:'imghdr' is deprecated")
async def test_slack_finds_no_mention_and_no_link_in_disguise(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(NotifySlack, "webhook_url", f"{desk.url}/services")
    url = "slack://T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7FQ/#alerts"
    assert [each["sent"] for each in await sent(url, notification(HOSTILE))] == [True]
    (attachment,) = desk.bodies[0]["attachments"]
    assert "<" not in attachment["text"]
    assert "&lt;b&gt; \uff20everyone &lt;!here&gt;" in attachment["text"]


@pytest.mark.live
@pytest.mark.filterwarnings("ignore:'imghdr' is deprecated")
async def test_discord_finds_no_mention_and_no_link_in_disguise(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(NotifyDiscord, "notify_url", f"{desk.url}/webhooks")
    url = "discord://4174216298/JHMHI8qBe7bk2ZwO5U711o3dV_js"
    long = replace(transition(), annotations={"summary": "\U0001f600" * 4000})
    assert all(each["sent"] for each in await sent(url, notification(HOSTILE), notification(long)))
    first, second = (body["content"] for body in desk.bodies)
    assert "<b> \uff20everyone <!here> <\uff20123> [x] (http://y)" in first
    assert len(second.encode()) <= 2000


@pytest.mark.live
@pytest.mark.filterwarnings("ignore:'imghdr' is deprecated")
async def test_one_alert_is_one_incident_of_pagerduty_and_is_resolved_there_when_it_is_over(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(PAGERDUTY_API_LOOKUP, "us", f"{desk.url}/v2/enqueue")
    url = "pagerduty://A1BRTD4JD0IiajkdnlazkcOXrI@12345678901234567890123456789012/desk/watch"
    over = transition(AlertState.ENDED, reason="closed")
    told = notification(), replace(notification(), reminder=True), notification(over)
    assert all(each["sent"] for each in await sent(url, *told))
    assert [body["event_action"] for body in desk.bodies] == ["trigger", "trigger", "resolve"]
    assert {body["dedup_key"] for body in desk.bodies} == {notification().alert}
    assert desk.bodies[0]["payload"]["severity"] == "critical"
