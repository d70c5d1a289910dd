import asyncio
import sys
from typing import Any

import aiomqtt
import pytest
from structlog.testing import capture_logs

from hedgewatch.core.alert_model import AlertState
from hedgewatch.core.model import EndReason
from hedgewatch.notify.receiver import DeliveryError
from tests.notify.alerts import Memory, composed, notification, now, record_of, running, transition
from tests.notify.listener import connected, listening_to, mqtt, text
from tests.support.patience import PATIENCE
from tests.support.servers import Server, free_port

pytestmark = pytest.mark.live

STATE = "hedgewatch/desk-1/alert/MarginDanger/main_usdt/state"


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
        with pytest.raises(DeliveryError, match=r"no connection.* broker: .*refused") as failure:
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
    async with asyncio.timeout(PATIENCE):
        for attempt in range(1000):
            async with listening_to(port, topic) as listener:
                await listener.client.subscribe("echo")
                await listener.client.publish("echo", str(attempt))
                if (await listener.next("")).topic.value == "echo":
                    return


async def test_a_broker_that_stays_away_is_said_once() -> None:
    away = mqtt(free_port())
    with capture_logs() as logs:
        async with connected(away):
            for _ in range(2):
                with pytest.raises(DeliveryError):
                    await away.deliver(notification())
    assert [entry["event"] for entry in logs] == ["mqtt_disconnected"]
