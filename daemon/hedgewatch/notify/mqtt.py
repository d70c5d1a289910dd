"""Notifications and live state over MQTT 5, through aiomqtt (asyncio-mqtt's name since 2023: the
old name crashes with today's paho).

The broker is told twice how we are: a last will says offline when we die or lose the network, and
a farewell says so when we leave, because a proper good-bye makes the broker drop the will.
"""

import asyncio
import ssl
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from random import Random
from typing import Annotated, Final

import aiomqtt
import structlog
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties
from pydantic import Field

from hedgewatch.notify import topics
from hedgewatch.notify.outgoing import Notification
from hedgewatch.notify.payload import alert_json, as_bytes, is_live
from hedgewatch.notify.message import is_alarming_end
from hedgewatch.notify.receiver import DeliveryError
from hedgewatch.settings import LocalPath, SecretError, SecretReference, Settings

_KEEPALIVE = 15
_TIMEOUT = 5.0
_FAREWELL_SECONDS = 2.0
_CONNECT_PATIENCE = 1.0  # how long a notification waits for a connection before it is put off
_STATE_PERIOD = 1.0
_LONGEST_PAUSE = 30.0
_RESOLVED_SECONDS = 300
_ALARMING_END_SECONDS = 86400

_log = structlog.get_logger()


class MqttSettings(Settings):
    """A broker. With `tls` its certificate must be valid, for `ca_file` when that is given."""

    host: Annotated[str, Field(min_length=1)]
    port: Annotated[int, Field(ge=1, le=65535)] = 1883
    username: SecretReference | None = None
    password: SecretReference | None = None
    tls: bool = False
    ca_file: LocalPath | None = None
