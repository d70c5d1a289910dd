"""What a broker says when it does not let us in, in words."""

import aiomqtt
import pytest
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.reasoncodes import ReasonCode

from hedgewatch.notify.mqtt_failures import why_not_connected


def refusal(code: int) -> aiomqtt.MqttError:
    return aiomqtt.exceptions.MqttConnectError(ReasonCode(PacketTypes.CONNACK, identifier=code))


@pytest.mark.parametrize(
    ("code", "words"),
    [
        (132, "the broker does not speak this version of MQTT"),
        (133, "the broker refuses our client identifier"),
        (134, "the broker refuses this user or password"),
        (135, "the broker refuses this user or password"),
        (136, "the broker is not available: it says so itself"),
        (137, "the broker is too busy: it says so itself"),
        (138, "the broker has banned us"),
        (157, "the broker refuses us: Server moved"),
    ],
)
def test_each_reason_of_a_broker_is_told_as_what_it_is(code: int, words: str) -> None:
    assert why_not_connected(refusal(code), with_user=True) == words


def test_who_named_no_user_is_told_to_name_one() -> None:
    for code in (134, 135):
        assert why_not_connected(refusal(code), with_user=False) == (
            "the broker lets nobody in without a user: give username and password"
        )


def test_a_broker_that_was_not_reached_is_no_refusal() -> None:
    error = aiomqtt.MqttError("[Errno 111] Connection refused")
    assert why_not_connected(error, with_user=True) == (
        "no connection to the broker: [Errno 111] Connection refused"
    )
