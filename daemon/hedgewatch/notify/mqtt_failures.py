"""Why there is no connection to a broker, in words: what it said itself, or why it was not reached.

Reason codes of a CONNACK are those of MQTT 5 (OASIS standard, table 3-1); paho puts the return
codes of MQTT 3.1.1 into the same ones.
"""

from collections.abc import Mapping

import aiomqtt
from paho.mqtt.reasoncodes import ReasonCode

NO_CONNECTION = "no connection to the broker"
_NOT_LET_IN = frozenset({134, 135})
"""Bad user name or password, not authorized: mosquitto says the latter of a wrong password too."""
_WORDS: Mapping[int, str] = {
    132: "the broker does not speak this version of MQTT",
    133: "the broker refuses our client identifier",
    136: "the broker is not available: it says so itself",
    137: "the broker is too busy: it says so itself",
    138: "the broker has banned us",
    159: "the broker lets nobody connect so often",
}


def why_not_connected(error: BaseException, *, with_user: bool) -> str:
    """In words; `with_user`: a user was named to it."""
    code = error.rc if isinstance(error, aiomqtt.exceptions.MqttConnectError) else None
    if not isinstance(code, ReasonCode):
        return f"{NO_CONNECTION}: {error}"
    if code.value in _NOT_LET_IN:
        return (
            "the broker refuses this user or password"
            if with_user
            else "the broker lets nobody in without a user: give username and password"
        )
    return _WORDS.get(code.value) or f"the broker refuses us: {code}"
