import asyncio
import ssl
from pathlib import Path

import pytest
from pydantic import ValidationError

from hedgewatch.core.alert_model import AlertState
from hedgewatch.notify.posting import retry_after
from hedgewatch.notify.receiver import DeliveryError
from hedgewatch.notify.webhook import Webhook, WebhookSettings
from tests.notify.alerts import NOON, Memory, composed, notification, now, running, transition
from tests.notify.sink import Sink, listening
from tests.support.certificates import certificate
from tests.support.servers import free_port

pytestmark = pytest.mark.live
TRY_AGAIN, GIVE_UP = "try again", "give up"


def webhook(url: str, secret: Path | None = None) -> Webhook:
    fields: dict[str, object] = {"url": url}
    if secret is not None:
        fields["secret"] = {"file": str(secret)}
    return Webhook("hook", WebhookSettings.model_validate(fields), clock=lambda: NOON)


@pytest.fixture
def secret(tmp_path: Path) -> Path:
    path = tmp_path / "hook.secret"
    path.write_text("canary-of-the-hook\n")
    path.chmod(0o600)
    return path


async def test_a_signed_alert_arrives_in_the_words_of_alertmanager(secret: Path) -> None:
    async with listening(Sink(secret="canary-of-the-hook")) as sink:
        await webhook(sink.url, secret).deliver(notification())
    (body,), (headers,) = sink.bodies, sink.headers
    assert (body["version"], body["status"], body["receiver"]) == ("4", "firing", "hook")
    assert body["alerts"][0]["labels"]["alertname"] == "MarginDanger"
    assert headers["Idempotency-Key"] == notification().key
    assert headers["Content-Type"] == "application/json"


async def test_an_alert_without_a_valid_signature_is_refused_by_the_sink() -> None:
    async with listening(Sink(secret="canary-of-the-hook")) as sink:
        with pytest.raises(DeliveryError, match="it answered 401") as failure:
            await webhook(sink.url).deliver(notification())
    assert not failure.value.retryable
    assert sink.bodies == []


@pytest.mark.parametrize(
    ("answer", "expected", "wait"),
    [
        ((400, {}), GIVE_UP, None),
        ((404, {}), GIVE_UP, None),
        ((413, {}), GIVE_UP, None),
        ((307, {"Location": "/alerts"}), GIVE_UP, None),
        ((500, {}), TRY_AGAIN, None),
        ((502, {}), TRY_AGAIN, None),
        ((429, {}), TRY_AGAIN, None),
        ((429, {"Retry-After": "17"}), TRY_AGAIN, 17.0),
        ((503, {"Retry-After": "Mon, 21 Sep 2026 14:14:50 GMT"}), TRY_AGAIN, 90.0),
        ((503, {"Retry-After": "soon"}), TRY_AGAIN, None),
        ("reset", TRY_AGAIN, None),
    ],
)
async def test_each_answer_says_whether_to_try_again_and_when(
    answer: tuple[int, dict[str, str]] | str,
    expected: str,
    wait: float | None,
) -> None:
    async with listening(Sink(answers=[answer])) as sink:
        with pytest.raises(DeliveryError) as failure:
            await webhook(sink.url).deliver(notification())
    assert (failure.value.retryable, failure.value.retry_after) == (expected == TRY_AGAIN, wait)


async def test_nobody_there_is_a_reason_to_try_again_that_does_not_show_the_address() -> None:
    port = free_port()
    with pytest.raises(DeliveryError) as failure:
        await webhook(f"http://127.0.0.1:{port}/secret-path?token=canary").deliver(notification())
    assert failure.value.retryable
    assert str(failure.value) == "ClientConnectorError: Connection refused"


async def test_a_sink_that_hangs_then_resets_then_is_busy_gets_the_alert_exactly_once() -> None:
    answers: list[tuple[int, dict[str, str]] | str] = ["hang", "reset", (503, {}), (500, {})]
    async with listening(Sink(answers=answers)) as sink:
        delivering = composed([webhook(sink.url)], Memory(), attempt=0.2)
        async with running(delivering):
            delivering.tell(transition())
            assert await delivering.results.first(5) == ["retried"] * 4 + ["sent"]
    assert len(sink.bodies) == 1


async def test_a_sink_that_rejects_the_message_gets_it_in_plain_words() -> None:
    async with listening(Sink(answers=[(400, {})])) as sink:
        delivering = composed([webhook(sink.url)], Memory())
        async with running(delivering):
            delivering.tell(transition(AlertState.RESOLVED, at=now()))
            assert await delivering.results.first(1) == ["fallback"]
    (body,) = sink.bodies
    assert body["commonAnnotations"] == {"summary": "RESOLVED MarginDanger: main/USDT"}
    assert body["status"] == "resolved"


async def test_a_proxy_of_the_environment_never_sees_an_alert(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("HTTP_PROXY", f"http://127.0.0.1:{free_port()}")
    async with listening(Sink()) as sink:
        await webhook(sink.url).deliver(notification())
    assert len(sink.bodies) == 1


async def test_a_certificate_that_nobody_vouches_for_is_not_trusted_and_its_own_file_is_enough(
    tmp_path: Path,
) -> None:
    files = certificate(tmp_path)
    tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    tls.load_cert_chain(files["certfile"], files["keyfile"])
    async with listening(Sink(), tls) as sink:
        with pytest.raises(DeliveryError, match="Certificate") as failure:
            await webhook(sink.url).deliver(notification())
        trusting = {"url": sink.url, "ca_file": files["certfile"]}
        settings = WebhookSettings.model_validate(trusting)
        hook = Webhook("hook", settings, clock=lambda: NOON)
        await hook.deliver(notification())
        await asyncio.to_thread(Path(files["certfile"]).unlink)
        with pytest.raises(DeliveryError, match="no certificate can be read") as lost:
            await hook.deliver(notification())
    assert failure.value.retryable
    assert lost.value.retryable
    assert len(sink.bodies) == 1


@pytest.mark.parametrize(
    ("header", "seconds"),
    [("0", 0.0), ("120", 120.0), ("", None), ("-5", None), ("Sun, 20 Sep 2026 00:00:00 GMT", 0.0)],
)
def test_a_retry_after_header_is_a_number_or_a_date_and_never_negative(
    header: str, seconds: float | None
) -> None:
    assert retry_after(header, NOON) == seconds


@pytest.mark.parametrize(
    "url",
    [
        *("ftp://host/x", "host/x", "http://", "http://user:canary@host/alerts"),
        *("http://hooks..example/x", f"http://{'a' * 64}.example/x"),
    ],
)
def test_an_address_that_cannot_work_or_shows_a_password_is_refused(url: str) -> None:
    with pytest.raises(ValidationError) as failure:
        WebhookSettings.model_validate({"url": url})
    assert "canary" not in str(failure.value)


LINK_LOCAL = [
    "http://169.254.169.254/latest/meta-data/",
    "http://[fe80::1]/",
    "http://[::ffff:169.254.169.254]/",
]


@pytest.mark.parametrize("url", LINK_LOCAL)
def test_a_link_local_address_is_refused_where_it_is_written(url: str) -> None:
    with pytest.raises(ValidationError, match="a link-local address is never dialled"):
        WebhookSettings.model_validate({"url": url})


@pytest.mark.parametrize("url", [*LINK_LOCAL, "http://2852039166/", "http://0xa9fea9fe/"])
async def test_a_secret_address_that_leads_to_the_link_is_never_dialled(
    url: str, tmp_path: Path
) -> None:
    file = tmp_path / "hook.url"
    file.write_text(url)
    file.chmod(0o600)
    settings = WebhookSettings.model_validate({"url": {"file": str(file)}})
    with pytest.raises(DeliveryError, match=r"link-local|its url is not one") as failure:
        await Webhook("hook", settings, clock=lambda: NOON).deliver(notification())
    assert not failure.value.retryable


@pytest.mark.parametrize("url", ["http://hooks..example/x", "http://host:99999/", "nonsense"])
async def test_a_secret_address_that_nobody_can_dial_fails_the_delivery_and_nothing_else(
    url: str, tmp_path: Path
) -> None:
    file = tmp_path / "hook.url"
    file.write_text(url)
    file.chmod(0o600)
    settings = WebhookSettings.model_validate({"url": {"file": str(file)}})
    with pytest.raises(DeliveryError) as failure:
        await Webhook("hook", settings, clock=lambda: NOON).deliver(notification())
    assert not failure.value.retryable
    assert url not in str(failure.value)


async def test_the_address_itself_can_be_a_secret(tmp_path: Path) -> None:
    async with listening(Sink()) as sink:
        file = tmp_path / "hook.url"
        file.write_text(sink.url)
        file.chmod(0o600)
        settings = WebhookSettings.model_validate({"url": {"file": str(file)}})
        await Webhook("hook", settings, clock=lambda: NOON).deliver(notification())
        assert len(sink.bodies) == 1
        file.chmod(0o644)
        with pytest.raises(DeliveryError, match="chmod 600"):
            await Webhook("hook", settings, clock=lambda: NOON).deliver(notification())
