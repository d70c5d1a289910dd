import asyncio
from collections.abc import Callable
from pathlib import Path

import pytest
from pydantic import ValidationError

from hedgewatch.notify.mqtt import MqttSettings
from hedgewatch.notify.receiver import DeliveryError
from tests.notify.alerts import notification
from tests.notify.listener import connected, listening_to, mqtt, text
from tests.support.certificates import certificate
from tests.support.servers import Server, mosquitto_server

pytestmark = pytest.mark.live

Start = Callable[[Server], Server]


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
        with pytest.raises(DeliveryError, match=r"no connection to the broker: .*certificate"):
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
            with pytest.raises(DeliveryError, match=r"^the broker refuses this user or password$"):
                await desk.deliver(notification())
        else:
            await desk.deliver(notification())
    assert password not in capsys.readouterr().out


@pytest.mark.parametrize(
    "settings",
    [
        {"host": ""},
        {"host": "broker..example"},
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
