import asyncio
import datetime as dt
import ipaddress
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from random import Random
from typing import Any

import aiomqtt
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from pydantic import ValidationError
from structlog.testing import capture_logs

from hedgewatch.core.model import AlertState, EndReason
from hedgewatch.notify.mqtt import Mqtt, MqttSettings
from hedgewatch.notify.receiver import DeliveryError
from tests.notify.alerts import Memory, composed, notification, now, record_of, running, transition
from tests.notify.listener import listening_to, text
from tests.support.servers import Server, free_port, mosquitto_server

pytestmark = pytest.mark.live

STATE = "hedgewatch/desk-1/alert/MarginDanger/main_usdt/state"
Start = Callable[[Server], Server]


def mqtt(port: int, **settings: object) -> Mqtt:
    return Mqtt(
        "desk",
        "desk-1",
        MqttSettings.model_validate({"host": "127.0.0.1", "port": port, **settings}),
        Random(7),
    )


@asynccontextmanager
async def connected(receiver: Mqtt) -> AsyncIterator[Mqtt]:
    async with asyncio.TaskGroup() as group:
        connection = group.create_task(receiver.run())
        yield receiver
        connection.cancel()


async def test_a_firing_alert_is_shown_as_retained_state_and_reported_once(
    mosquitto: Server,
) -> None:
    async with listening_to(mosquitto.port) as listener, connected(mqtt(mosquitto.port)) as desk:
        await desk.deliver(notification())
        state = await listener.next("MarginDanger/main_usdt/state")
        event = await listener.fields("/event")
    assert state.topic.value == STATE
    assert event["state"] == "firing"
    assert event["labels"]["pool"] == "USDT"
    assert event["values"] == {"margin_ratio": 0.83, "shock_down": "-inf", "shock_up": None}
    async with listening_to(mosquitto.port) as late:
        kept = await late.next("/state")
    assert kept.retain
    assert properties_of(kept) == {
        "ContentType": "application/json",
        "PayloadFormatIndicator": 1,
        "UserProperty": [
            ("schema", "hedgewatch.alert/1"),
            ("idempotency-key", notification().key),
        ],
    }


def properties_of(message: aiomqtt.Message) -> dict[str, Any]:
    assert message.properties is not None
    names = ("ContentType", "PayloadFormatIndicator", "UserProperty", "MessageExpiryInterval")
    found = {name: getattr(message.properties, name, None) for name in names}
    return {name: value for name, value in found.items() if value is not None}


@pytest.mark.parametrize(
    ("state", "reason", "expiry"),
    [
        (AlertState.RESOLVED, "", 300),
        (AlertState.ENDED, EndReason.CLOSED, 300),
        (AlertState.ENDED, EndReason.LIQUIDATED, 86400),
    ],
)
async def test_what_is_over_stays_to_be_seen_for_a_while_and_then_disappears(
    mosquitto: Server, state: AlertState, reason: str, expiry: int
) -> None:
    async with connected(mqtt(mosquitto.port)) as desk:
        await desk.deliver(notification())
        await desk.deliver(notification(transition(state, reason=reason)))
    async with listening_to(mosquitto.port, STATE) as listener:
        kept = await listener.next("/state")
    assert f'"state": "{state}"' in text(kept.payload)
    assert expiry - 5 <= properties_of(kept)["MessageExpiryInterval"] <= expiry


async def test_availability_is_online_while_connected_and_offline_after_a_clean_end(
    mosquitto: Server,
) -> None:
    async with listening_to(mosquitto.port) as listener:
        async with connected(mqtt(mosquitto.port)):
            assert text((await listener.next("/availability")).payload) == "online"
        assert text((await listener.next("/availability")).payload) == "offline"
    async with listening_to(mosquitto.port) as late:
        kept = await late.next("hedgewatch/desk-1/availability")
    assert (kept.retain, text(kept.payload)) == (True, "offline")


CHILD = """
import asyncio, random, sys
from hedgewatch.notify.mqtt import Mqtt, MqttSettings
settings = MqttSettings(host="127.0.0.1", port=int(sys.argv[1]))
asyncio.run(Mqtt("desk", "desk-1", settings, random.Random()).run())
"""


async def test_the_broker_says_offline_when_the_daemon_is_killed(mosquitto: Server) -> None:
    async with listening_to(mosquitto.port) as listener:
        child = await asyncio.create_subprocess_exec(
            sys.executable, "-c", CHILD, str(mosquitto.port)
        )
        assert text((await listener.next("/availability")).payload) == "online"
        child.kill()
        await child.wait()
        assert text((await listener.next("/availability")).payload) == "offline"


async def test_after_a_broker_that_forgot_all_every_live_state_is_shown_again(
    mosquitto: Server,
) -> None:
    async with connected(mqtt(mosquitto.port)) as desk:
        await desk.deliver(notification())
        await desk.deliver(notification(transition(alertname="HedgeDrift")))
        await desk.deliver(notification(transition(AlertState.RESOLVED, alertname="HedgeDrift")))
        mosquitto.kill()
        mosquitto.start()
        async with listening_to(mosquitto.port) as listener:
            shown = {(await listener.next("")).topic.value for _ in range(2)}
    assert shown == {"hedgewatch/desk-1/availability", STATE}


async def test_what_happened_while_the_broker_was_down_is_told_when_it_is_back(
    mosquitto: Server,
) -> None:
    desk = mqtt(mosquitto.port)
    async with running(composed([desk], Memory(), first_wait=0.3)) as delivering:
        delivering.tell(transition(at=now()))
        await delivering.results.first(1)
        mosquitto.kill()
        delivering.tell(transition(AlertState.RESOLVED, at=now()))
        assert (await delivering.results.first(2))[1] == "retried"
        mosquitto.start()
        async with listening_to(mosquitto.port) as listener:
            assert (await listener.fields("/event"))["state"] == "resolved"
    async with listening_to(mosquitto.port, STATE) as late:
        assert (await late.fields("/state"))["state"] == "resolved"


async def test_a_firing_alert_of_before_a_restart_is_shown_as_soon_as_we_are_connected(
    mosquitto: Server,
) -> None:
    restarted = composed([mqtt(mosquitto.port)], Memory())
    restarted.dispatcher.restore([record_of(transition(at=now()))], [], now())
    async with listening_to(mosquitto.port, STATE) as listener, running(restarted):
        assert (await listener.fields("/state"))["state"] == "firing"


async def test_without_a_broker_delivery_fails_for_now_and_nothing_ends() -> None:
    async with connected(mqtt(free_port())) as desk:
        with pytest.raises(DeliveryError, match="no connection to the broker") as failure:
            await desk.deliver(notification())
    assert failure.value.retryable


async def test_account_states_conflate_to_one_a_second_and_disappear_when_they_are_stale(
    mosquitto: Server,
) -> None:
    async with listening_to(mosquitto.port) as listener, connected(mqtt(mosquitto.port)) as desk:
        await desk.deliver(notification())
        for equity in range(100):
            desk.publish_state("main", {"equity": equity}, expiry=1)
        message = await listener.next("/account/main/state")
        assert text(message.payload) == '{"equity": 99}'
        assert properties_of(message)["MessageExpiryInterval"] == 1
        await gone(mosquitto.port, message.topic.value)


async def gone(port: int, topic: str) -> None:
    """Wait until the broker retains nothing there. A retained message comes before the echo."""
    async with asyncio.timeout(10):
        for attempt in range(1000):
            async with listening_to(port, topic) as listener:
                await listener.client.subscribe("echo")
                await listener.client.publish("echo", str(attempt))
                if (await listener.next("")).topic.value == "echo":
                    return


async def test_a_topic_that_we_may_not_write_is_a_failure_and_costs_only_that_topic(
    tmp_path: Path, start_server: Start
) -> None:
    rights = tmp_path / "acl"
    rights.write_text("topic read #\ntopic write hedgewatch/desk-1/availability\n")
    broker = start_server(mosquitto_server(tmp_path, {"acl_file": str(rights)}))
    async with listening_to(broker.port) as listener, connected(mqtt(broker.port)) as desk:
        with pytest.raises(DeliveryError, match="Not authorized") as failure:
            await desk.deliver(notification())
        assert text((await listener.next("/availability")).payload) == "online"
        with pytest.raises(DeliveryError, match="Not authorized"):
            await desk.deliver(notification())
    assert failure.value.retryable


def certificate(folder: Path) -> dict[str, str]:
    """One that a broker on 127.0.0.1 shows, and that vouches for itself."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "broker of a test")])
    day = dt.timedelta(days=1)
    today = dt.datetime.fromtimestamp(folder.stat().st_mtime, dt.UTC)
    signed = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(today - day)
        .not_valid_after(today + day)
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]),
            critical=False,
        )
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    (folder / "broker.pem").write_bytes(signed.public_bytes(serialization.Encoding.PEM))
    (folder / "broker.key").write_bytes(private)
    return {"certfile": str(folder / "broker.pem"), "keyfile": str(folder / "broker.key")}


# paho leaves the socket of a failed handshake to the garbage collector.
@pytest.mark.filterwarnings("ignore:.*SSLSocket:pytest.PytestUnraisableExceptionWarning")
async def test_a_broker_is_spoken_to_over_tls_only_when_its_certificate_is_trusted(
    tmp_path: Path, start_server: Start
) -> None:
    files = certificate(tmp_path)
    broker = start_server(mosquitto_server(tmp_path, files))
    async with connected(mqtt(broker.port, tls=True, ca_file=files["certfile"])) as desk:
        await desk.deliver(notification())
    async with connected(mqtt(broker.port, tls=True)) as stranger:
        with pytest.raises(DeliveryError, match="no connection"):
            await stranger.deliver(notification())


@pytest.mark.parametrize("password", ["canary-of-the-broker", "wrong"])
async def test_a_password_is_asked_for_and_never_shown(
    tmp_path: Path, start_server: Start, password: str, capsys: pytest.CaptureFixture[str]
) -> None:
    users = tmp_path / "users"
    making = await asyncio.create_subprocess_exec(
        "mosquitto_passwd", "-c", "-b", str(users), "hedgewatch", "canary-of-the-broker"
    )
    assert await making.wait() == 0
    secrets = {"username": "hedgewatch", "password": password}
    for name, secret in secrets.items():
        file = tmp_path / name
        file.write_text(secret)
        file.chmod(0o600)
    references = {name: {"file": str(tmp_path / name)} for name in secrets}
    broker = start_server(
        mosquitto_server(tmp_path, {"allow_anonymous": "false", "password_file": str(users)})
    )
    async with connected(mqtt(broker.port, **references)) as desk:
        if password == "wrong":
            with pytest.raises(DeliveryError):
                await desk.deliver(notification())
        else:
            await desk.deliver(notification())
    assert password not in capsys.readouterr().out


@pytest.mark.parametrize(
    "settings",
    [
        {"host": ""},
        {"host": "broker", "port": 0},
        {"host": "broker", "ca_file": "ca.pem"},
        {"host": "broker", "password": {"env": "X"}},
        {"host": "broker", "password": "canary"},
        {"host": "broker", "qos": 2},
    ],
)
def test_settings_of_a_broker_that_cannot_be_meant_are_refused(
    settings: dict[str, object],
) -> None:
    with pytest.raises(ValidationError) as failure:
        MqttSettings.model_validate(settings)
    assert "canary" not in str(failure.value)


async def test_a_broker_that_stays_away_is_said_once() -> None:
    away = mqtt(free_port())
    with capture_logs() as logs:
        async with connected(away):
            for _ in range(2):
                with pytest.raises(DeliveryError):
                    await away.deliver(notification())
    assert [entry["event"] for entry in logs] == ["mqtt_disconnected"]
