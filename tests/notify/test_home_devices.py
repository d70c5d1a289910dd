"""The desk as Home Assistant is told of it, and what its templates make of our states."""

import json
from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jinja2 import Environment
from jsonschema import Draft202012Validator  # type: ignore[import-untyped]
from pydantic import ValidationError

from hedgewatch.boards import States
from hedgewatch.core.alert_model import NOTHING
from hedgewatch.core.events import ClockAdvanced
from hedgewatch.core.model import LegPlan, Scope
from hedgewatch.notify.home_devices import Device, Devices
from hedgewatch.notify.mqtt import MqttSettings
from hedgewatch.notify.payload import as_bytes
from hedgewatch.view import EngineView
from tests.support.builders import AIX, VENUE, desk, hedge, lost, rule
from tests.support.stories import ALTS, CALM, HOT, Story, short_of_aix

DEVICES = Devices("desk-1")

# As Home Assistant documents it: device discovery, MQTT sensors and binary sensors.
_TEXT = {"type": "string", "minLength": 1}
_SHARED = {
    "platform": _TEXT,
    "unique_id": {"type": "string", "pattern": "^[a-zA-Z0-9_-]+$"},
    "name": _TEXT,
    "expire_after": {"type": "integer", "minimum": 1},
    "value_template": _TEXT,
    "json_attributes_topic": _TEXT,
    "json_attributes_template": _TEXT,
}
_SENSOR = {
    "type": "object",
    "properties": _SHARED
    | {
        "platform": {"const": "sensor"},
        "state_class": {"enum": ["measurement", "total", "total_increasing"]},
        "unit_of_measurement": _TEXT,
        "suggested_display_precision": {"type": "integer"},
    },
    "required": ["platform", "unique_id"],
    "additionalProperties": False,
}
_BINARY_SENSOR = {
    "type": "object",
    "properties": _SHARED
    | {"platform": {"const": "binary_sensor"}, "device_class": {"const": "problem"}},
    "required": ["platform", "unique_id"],
    "additionalProperties": False,
}
SCHEMA = {
    "type": "object",
    "properties": {
        "device": {
            "type": "object",
            "properties": dict.fromkeys(
                ("name", "manufacturer", "model", "sw_version", "via_device"), _TEXT
            )
            | {"identifiers": {"type": "array", "items": _TEXT, "minItems": 1}},
            "required": ["identifiers"],
            "additionalProperties": False,
        },
        "origin": {
            "type": "object",
            "properties": {"name": _TEXT, "sw_version": _TEXT},
            "required": ["name"],
            "additionalProperties": False,
        },
        "availability_topic": _TEXT,
        "state_topic": {"type": "string", "pattern": "^[^#+]+$"},
        "qos": {"enum": [0, 1, 2]},
        "components": {
            "type": "object",
            "additionalProperties": {"oneOf": [_SENSOR, _BINARY_SENSOR]},
        },
    },
    "required": ["device", "origin", "components"],
    "additionalProperties": False,
}


class Board:
    """Keeps what it is shown last."""

    def __init__(self) -> None:
        self.accounts: dict[str, Mapping[str, Any]] = {}
        self.hedges: dict[str, Mapping[str, Any]] = {}
        self.desk: Mapping[str, Any] = {}

    def publish_state(self, account: str, payload: Mapping[str, object], _expiry: float) -> None:
        self.accounts[account] = as_received(payload)

    def publish_hedge(self, hedge: str, payload: Mapping[str, object], _expiry: float) -> None:
        self.hedges[hedge] = as_received(payload)

    def publish_desk(self, payload: Mapping[str, object], _expiry: float) -> None:
        self.desk = as_received(payload)


def as_received(payload: Mapping[str, object]) -> dict[str, Any]:
    received: dict[str, Any] = json.loads(as_bytes(payload))
    return received


def shown(story: Story) -> Board:
    board = Board()
    states = States(EngineView(story.engine, {}), [board])
    states(ClockAdvanced(), NOTHING, story.now)
    return board


def rendered(device: Device, state: Mapping[str, Any]) -> dict[str, str]:
    """What Home Assistant makes of a state, by component."""
    environment = Environment(autoescape=False)  # noqa: S701 - as Home Assistant has it
    return {
        key: environment.from_string(str(component["value_template"])).render(value_json=state)
        for key, component in device.components.items()
    }


@pytest.fixture
def story() -> Story:
    plan = hedge((LegPlan(wallet="cold", asset="ALT"),), (LegPlan(account="main", symbol=AIX),))
    near = rule("Danger", Scope.POOL, "margin_ratio > 30%", summary="too near")
    story = short_of_aix(near, on=desk(plan))
    story.at(1.0, CALM, ALTS, ClockAdvanced())
    return story


def test_sensors_show_ratio_distance_and_drift_in_percent(story: Story) -> None:
    board = shown(story)
    account, pool, position = board.accounts["main"], story.pool(), story.position()
    assert isinstance(pool.margin_ratio, float)
    assert isinstance(position.liquidation_distance, float)
    values = rendered(DEVICES.account("main", account), account)
    assert float(values["usdt_margin_ratio"]) == round(pool.margin_ratio * 100, 2)
    distance = float(values["aix-usdt-usdt_net_liquidation_distance"])
    assert distance == round(position.liquidation_distance * 100, 2)
    assert values["problem"] == "OFF"
    for name, state in board.hedges.items():
        drift = story.hedge(name).hedge_drift
        assert isinstance(drift, float)
        shown_drift = rendered(DEVICES.hedge(name), state)["hedge_drift"]
        assert float(shown_drift) == round(drift * 100, 2)
    assert board.hedges
    assert rendered(DEVICES.desk(), board.desk) == {"alerts": "0", "problem": "OFF"}


def test_a_problem_is_on_while_an_alert_of_its_subject_stands_and_says_which(story: Story) -> None:
    story.at(2.0, HOT, ClockAdvanced())
    board = shown(story)
    account = board.accounts["main"]
    assert rendered(DEVICES.account("main", account), account)["problem"] == "ON"
    assert rendered(DEVICES.desk(), board.desk) == {"alerts": "1", "problem": "ON"}
    assert account["alert"]["alertname"] == "Danger"
    assert account["alert"]["summary"] == "too near"
    problem = DEVICES.account("main", account).components["problem"]
    template = Environment(autoescape=False).from_string(  # noqa: S701
        str(problem["json_attributes_template"])
    )
    assert json.loads(template.render(value_json=account)) == account["alert"]
    assert json.loads(template.render(value_json={"alert": None})) == {}


def test_what_is_unknown_is_no_number_there_either(story: Story) -> None:
    story.at(2.0, lost())
    story.advance(60.0)
    account = shown(story).accounts["main"]
    values = rendered(DEVICES.account("main", account), account)
    assert values["aix-usdt-usdt_net_liquidation_distance"] == "None"
    gone = rendered(DEVICES.account("main", account), {"pools": [], "positions": [], "alert": None})
    assert set(gone.values()) == {"None", "OFF"}


def test_an_infinite_margin_ratio_is_beyond_all_bounds_and_an_infinite_distance_is_none() -> None:
    state = {
        "account_blind": False,
        "pools": [{"pool": "USDT", "margin_ratio": "inf"}],
        "positions": [{"symbol": AIX, "position": "net", "liquidation_distance": "inf"}],
        "alert": None,
    }
    values = rendered(DEVICES.account("main", state), state)
    assert values["usdt_margin_ratio"] == "999.0"
    assert values["aix-usdt-usdt_net_liquidation_distance"] == "None"


def test_every_device_is_as_home_assistant_documents_it(story: Story) -> None:
    account = shown(story).accounts["main"]
    devices = [DEVICES.account("main", account), DEVICES.hedge("basket"), DEVICES.desk()]
    validator = Draft202012Validator(SCHEMA)
    for device in devices:
        document = DEVICES.document(device, device.components)
        assert list(validator.iter_errors(json.loads(as_bytes(document)))) == []
        assert document["availability_topic"] == "hedgewatch/desk-1/availability"
    identities = [
        str(component["unique_id"])
        for device in devices
        for component in device.components.values()
    ]
    assert len(set(identities)) == len(identities)
    assert devices[0].model == f"account at {VENUE}"


@given(st.text(min_size=1, max_size=20), st.text(min_size=1, max_size=20))
def test_any_symbol_is_found_by_its_own_sensor(symbol: str, account: str) -> None:
    state = {
        "venue": "binanceusdm",
        "account_blind": False,
        "pools": [{"pool": symbol, "margin_ratio": 0.5}],
        "positions": [
            {"symbol": symbol + "x", "position": "net", "liquidation_distance": 0.9},
            {"symbol": symbol, "position": "long", "liquidation_distance": 0.8},
            {"symbol": symbol, "position": "net", "liquidation_distance": 0.125},
        ],
        "alert": None,
    }
    device = DEVICES.account(account, state)
    received = as_received(state)
    values = rendered(device, received)
    assert sorted(values.values()) == ["12.5", "50.0", "80.0", "90.0", "OFF"]
    document = json.loads(as_bytes(DEVICES.document(device, device.components)))
    assert list(Draft202012Validator(SCHEMA).iter_errors(document)) == []


@pytest.mark.parametrize(
    ("written", "shown"),
    [(True, True), (False, False), ({"prefix": "ha"}, True), ({"shown": False}, False)],
    ids=str,
)
def test_it_is_turned_on_off_or_left_alone_in_one_word(written: object, shown: bool) -> None:  # noqa: FBT001 - a parameter
    settings = MqttSettings.model_validate({"host": "broker", "home_assistant": written})
    assert settings.home_assistant is not None
    assert settings.home_assistant.shown is shown
    assert MqttSettings.model_validate({"host": "broker"}).home_assistant is None


@pytest.mark.parametrize("written", ["maybe", 1, {"prefix": "a b"}, {"prefix": "ha/#"}], ids=str)
def test_what_else_is_written_there_is_a_mistake(written: object) -> None:
    with pytest.raises(ValidationError, match="must be"):
        MqttSettings.model_validate({"host": "broker", "home_assistant": written})
