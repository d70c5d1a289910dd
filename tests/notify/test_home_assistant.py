"""Discovery on a real broker: shown, kept up to date, told anew, and taken away."""

import json
from collections.abc import Mapping
from typing import Any

import aiomqtt
import pytest

from hedgewatch.notify.mqtt import Mqtt
from tests.notify.alerts import notification
from tests.notify.listener import Listener, connected, listening_to, mqtt, text
from tests.support.servers import Server

pytestmark = pytest.mark.live

ACCOUNT = "homeassistant/device/hedgewatch_desk-1_account_main/config"
HEDGE = "homeassistant/device/hedgewatch_desk-1_hedge_basket/config"
DESK = "homeassistant/device/hedgewatch_desk-1_desk/config"


def account(*symbols: str, seen: bool = True) -> dict[str, Any]:
    positions = [{"symbol": symbol, "position": "net"} for symbol in symbols]
    blind: object = False if seen else {"unknown": "not read yet", "since": 0.0}
    return {"venue": "binanceusdm", "account_blind": blind, "positions": positions, "pools": []}


def show(desk: Mqtt, *hedges: str, accounts: Mapping[str, dict[str, Any]] | None = None) -> None:
    """One round of states."""
    for name, state in (accounts or {"main": account("AIX/USDT:USDT")}).items():
        desk.publish_state(name, state, 10.0)
    for name in hedges:
        desk.publish_hedge(name, {"hedge_drift": 0.01}, 10.0)
    desk.publish_desk({"alerts": 0, "alert": None}, 10.0)


async def configuration(listener: Listener, topic: str) -> dict[str, Any]:
    """The next of that device, empty when it is taken away."""
    content = text((await listener.next(topic)).payload)
    return json.loads(content) if content else {}


async def retained(port: int) -> set[str]:
    """Every device that the broker has; a message of ours comes after them."""
    async with listening_to(port, "homeassistant/#") as late:
        await late.client.publish("homeassistant/end", b"", qos=1)
        found: set[str] = set()
        while (message := await late.next("")).topic.value != "homeassistant/end":
            found.add(message.topic.value)
        return found


async def test_devices_appear_with_all_their_sensors_and_stay_for_who_comes_later(
    mosquitto: Server,
) -> None:
    desk = mqtt(mosquitto.port, home_assistant=True)
    async with listening_to(mosquitto.port, "homeassistant/#") as listener, connected(desk):
        await desk.deliver(notification())
        show(desk, "basket")
        found = await configuration(listener, ACCOUNT)
        assert found["components"].keys() == {
            "aix-usdt-usdt_net_liquidation_distance", "problem",
        }  # fmt: skip
        assert found["device"]["via_device"] == "hedgewatch_desk-1_desk"
        await listener.next(DESK)
    assert await retained(mosquitto.port) == {ACCOUNT, HEDGE, DESK}


async def test_a_position_that_is_closed_and_a_hedge_that_is_removed_are_taken_away(
    mosquitto: Server,
) -> None:
    desk = mqtt(mosquitto.port, home_assistant=True)
    async with listening_to(mosquitto.port, "homeassistant/#") as listener, connected(desk):
        await desk.deliver(notification())
        show(desk, "basket")
        await listener.next(DESK)
        show(desk, accounts={"main": account()})
        assert await configuration(listener, HEDGE) == {}
        farewell = (await configuration(listener, ACCOUNT))["components"]
        assert farewell["aix-usdt-usdt_net_liquidation_distance"] == {"platform": "sensor"}
        assert (await configuration(listener, ACCOUNT))["components"].keys() == {"problem"}
    assert await retained(mosquitto.port) == {ACCOUNT, DESK}


async def test_all_is_told_anew_when_home_assistant_comes_back(mosquitto: Server) -> None:
    desk = mqtt(mosquitto.port, home_assistant={"prefix": "ha"})
    async with listening_to(mosquitto.port, "ha/device/#") as listener, connected(desk):
        await desk.deliver(notification())
        show(desk)
        first = await configuration(listener, "account_main/config")
        await listener.client.publish("ha/status", b"online", qos=1)
        assert await configuration(listener, "account_main/config") == first


async def test_after_a_restart_nothing_flickers_while_an_account_is_not_seen_yet(
    mosquitto: Server,
) -> None:
    before = mqtt(mosquitto.port, home_assistant=True)
    async with listening_to(mosquitto.port, "homeassistant/#") as listener:
        async with connected(before):
            await before.deliver(notification())
            show(before, "basket", accounts={"main": account("AIX/USDT:USDT")})
            await listener.next(DESK)
        after = mqtt(mosquitto.port, home_assistant=True)
        async with connected(after):
            await after.deliver(notification())
            show(after, accounts={"main": account(seen=False)})
            assert await configuration(listener, HEDGE) == {}  # which is gone for good
            show(after, accounts={"main": account("ALT/USDT:USDT")})
            farewell = (await configuration(listener, ACCOUNT))["components"]
    assert farewell["aix-usdt-usdt_net_liquidation_distance"] == {"platform": "sensor"}
    assert "unique_id" in farewell["alt-usdt-usdt_net_liquidation_distance"]


async def test_turned_off_it_takes_away_what_was_shown_and_nothing_of_others(
    mosquitto: Server,
) -> None:
    other = "homeassistant/device/hedgewatch_desk-1_of_somebody_else/config"
    theirs = json.dumps({"availability_topic": "hedgewatch/desk-2/availability"})
    async with listening_to(mosquitto.port, "homeassistant/#") as listener:
        await listener.client.publish(other, theirs, qos=1, retain=True)
        shown = mqtt(mosquitto.port, home_assistant=True)
        async with connected(shown):
            await shown.deliver(notification())
            show(shown, "basket")
            await listener.next(DESK)
        untouched = mqtt(mosquitto.port)
        async with connected(untouched):
            await untouched.deliver(notification())
            show(untouched)
        assert await retained(mosquitto.port) == {ACCOUNT, HEDGE, DESK, other}
        off = mqtt(mosquitto.port, home_assistant=False)
        async with connected(off):
            gone: set[str] = set()
            while len(gone) < 3:
                message: aiomqtt.Message = await listener.next("/config")
                if message.payload == b"":
                    gone.add(message.topic.value)
    assert gone == {ACCOUNT, HEDGE, DESK}
    assert await retained(mosquitto.port) == {other}
