"""Which messages are commands: signed ones, fresh ones, whole ones."""

import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hedgewatch.notify.mqtt_orders import Arrived, NotBelievedError, order_of, signature_of
from hedgewatch.settings import Secret

NOW = 1_790_000_000.0
SECRET = Secret("a shared secret")
TOPIC = "hedgewatch/desk-1/cmd/ack"
ACK = {"by": "anna", "alert": "MarginDanger", "nonce": "0123456789abcdef", "ts": NOW}


def arrived(fields: dict[str, Any] | bytes, topic: str = TOPIC) -> Arrived:
    content = fields if isinstance(fields, bytes) else json.dumps(fields).encode()
    signature = signature_of(topic, content, SECRET)
    return Arrived(topic=topic, content=content, retained=False, signature=signature)


def refusal(message: Arrived, now: float = NOW) -> NotBelievedError:
    with pytest.raises(NotBelievedError) as raised:
        order_of(message, SECRET, now)
    return raised.value


def test_a_signed_command_of_now_is_one() -> None:
    order = order_of(arrived(ACK), SECRET, NOW + 29.0)
    assert (order.command, order.by, order.nonce) == ("ack", "anna", "0123456789abcdef")
    assert order.fields == {"by": "anna", "alert": "MarginDanger"}
    assert order.good_until == NOW + 30.0


@pytest.mark.parametrize(
    ("message", "why"),
    [
        (replace(arrived(ACK), signature=""), "signature"),
        (replace(arrived(ACK), signature="é"), "signature"),
        (replace(arrived(ACK), signature=arrived({**ACK, "by": "bert"}).signature), "signature"),
        (replace(arrived(ACK), topic="hedgewatch/desk-1/cmd/unack"), "signature"),
        (replace(arrived(ACK), topic="hedgewatch/desk-2/cmd/ack"), "signature"),
        (replace(arrived(ACK), retained=True), "retained"),
        (arrived({**ACK, "comment": "x" * 4096}), "longer than 4096 bytes"),
    ],
    ids=["unsigned", "no hex", "forged", "other command", "other desk", "retained", "large"],
)
def test_who_has_not_the_secret_is_told_nothing(message: Arrived, why: str) -> None:
    error = refusal(message)
    assert why in str(error)
    assert (error.signed, error.by) == (False, "")


@pytest.mark.parametrize(
    ("fields", "why"),
    [
        ({**ACK, "nonce": "short"}, "nonce"),
        ({**ACK, "nonce": 7}, "nonce"),
        ({key: value for key, value in ACK.items() if key != "nonce"}, "nonce"),
        ({**ACK, "ts": "now"}, "ts"),
        ({**ACK, "ts": True}, "ts"),
        ({**ACK, "ts": NOW - 31.0}, "31 s before now"),
        ({**ACK, "ts": NOW + 31.0}, "31 s after now"),
        ({**ACK, "ts": 10**400}, "so many digits"),
        (b'{"nonce": "0123456789abcdef", "ts": 1e999}', "after now"),
        (b'{"by": "anna", "by": "bert"}', "stands twice"),
        (b"[]", "one JSON object"),
    ],
    ids=str,
)
def test_what_is_signed_and_wrong_says_why(fields: Any, why: str) -> None:
    error = refusal(arrived(fields))
    assert why in str(error)
    assert error.signed


@given(st.binary(max_size=80), st.text(max_size=70), st.text(max_size=40))
def test_no_bytes_and_no_signature_do_harm(content: bytes, signature: str, topic: str) -> None:
    message = Arrived(topic=topic, content=content, retained=False, signature=signature)
    assert not refusal(message).signed
