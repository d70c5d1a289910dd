"""The desk as devices of Home Assistant: one an account, one a hedge, one for all of it.

Their sensors read the states that are shown on the broker anyway. A value that is unknown there is
unknown here: no template turns it into a number.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from hedgewatch import __version__
from hedgewatch.notify import topics

EXPIRES_AFTER = 15
"""Seconds after which a sensor that nobody renews is unavailable; states come once a second."""

_BEYOND_ALL = 999.0
"""Percent: of a pool without equity the margin ratio is infinite, which no sensor can show."""

_ALARMING = "value_json.alert and value_json.alert.severity in ('warning', 'critical')"

Component = Mapping[str, object]


@dataclass(frozen=True, slots=True, kw_only=True)
class Device:
    """What is published under an id of its own. `whole`: all its parts are known; of another one
    those that were shown before stay.
    """

    identity: str
    name: str
    model: str
    state_topic: str
    components: Mapping[str, Component]
    whole: bool = True


@dataclass(frozen=True, slots=True)
class Devices:
    """Makes the devices of one instance."""

    instance: str
    desk_identity: str = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "desk_identity", self._identity("desk"))

    def account(self, name: str, state: Mapping[str, Any]) -> Device:
        """With the margin ratio of each pool and the distance of each position. An account that is
        not seen yet may have more of them than are known.
        """
        identity, topic = self._identity("account", name), topics.account_state(self.instance, name)
        components = dict(_of_pools(identity, state.get("pools", ())))
        components |= _of_positions(identity, state.get("positions", ()))
        return Device(
            identity=identity,
            name=f"{self.instance} {name}",
            model=f"account at {state.get('venue', 'a venue')}",
            state_topic=topic,
            components={**components, "problem": _problem(identity, topic)},
            whole=state.get("account_blind") is False,
        )

    def hedge(self, name: str) -> Device:
        """With its drift."""
        identity, topic = self._identity("hedge", name), topics.hedge_state(self.instance, name)
        template = _percent("value_json.hedge_drift")
        drift = _sensor(identity, "hedge_drift", "hedge drift", template)
        return Device(
            identity=identity,
            name=f"{self.instance} {name}",
            model="hedge",
            state_topic=topic,
            components={"hedge_drift": drift, "problem": _problem(identity, topic)},
        )

    def desk(self) -> Device:
        """With the number of its alerts."""
        identity, topic = self.desk_identity, topics.desk_state(self.instance)
        template = "{{ value_json.alerts }}"
        return Device(
            identity=identity,
            name=self.instance,
            model="desk",
            state_topic=topic,
            components={
                "alerts": _sensor(identity, "alerts", "alerts", template, unit=""),
                "problem": _problem(identity, topic),
            },
        )

    def document(self, device: Device, components: Mapping[str, Component]) -> dict[str, object]:
        """What Home Assistant is told of a device, as it documents device discovery."""
        about: dict[str, object] = {
            "identifiers": [device.identity],
            "name": device.name,
            "manufacturer": "hedgewatch",
            "model": device.model,
            "sw_version": __version__,
        }
        if device.identity != self.desk_identity:
            about["via_device"] = self.desk_identity
        return {
            "device": about,
            "origin": {"name": "hedgewatch", "sw_version": __version__},
            "availability_topic": topics.availability(self.instance),
            "state_topic": device.state_topic,
            "qos": 1,
            "components": components,
        }

    def is_ours(self, document: Mapping[str, object]) -> bool:
        """Whether this instance has published it."""
        return document.get("availability_topic") == topics.availability(self.instance)

    def _identity(self, *parts: str) -> str:
        return "_".join(["hedgewatch", *map(topics.slug, (self.instance, *parts))])


def _of_pools(identity: str, pools: Sequence[Mapping[str, Any]]) -> Iterator[tuple[str, Component]]:
    for pool in pools:
        name = str(pool["pool"])
        key = f"{topics.slug(name)}_margin_ratio"
        found = f"value_json.pools | selectattr('pool', 'eq', {_text(name)})"
        template = _percent("of.margin_ratio", found, infinite=_BEYOND_ALL)
        yield key, _sensor(identity, key, f"{name} margin ratio", template)


def _of_positions(
    identity: str, positions: Sequence[Mapping[str, Any]]
) -> Iterator[tuple[str, Component]]:
    for position in positions:
        symbol, kind = str(position["symbol"]), str(position["position"])
        key = f"{topics.slug(symbol)}_{kind}_liquidation_distance"
        found = (
            f"value_json.positions | selectattr('symbol', 'eq', {_text(symbol)})"
            f" | selectattr('position', 'eq', {_text(kind)})"
        )
        shown = symbol if kind == "net" else f"{symbol} {kind}"
        template = _percent("of.liquidation_distance", found)
        yield key, _sensor(identity, key, f"{shown} liquidation distance", template)


def _sensor(identity: str, key: str, name: str, template: str, *, unit: str = "%") -> Component:
    sensor: dict[str, object] = {
        "platform": "sensor",
        "unique_id": f"{identity}_{key}",
        "name": name,
        "state_class": "measurement",
        "expire_after": EXPIRES_AFTER,
        "value_template": template,
    }
    if unit:
        sensor |= {"unit_of_measurement": unit, "suggested_display_precision": 1}
    return sensor


def _problem(identity: str, topic: str) -> Component:
    """On while an alert of some weight stands; its words are attributes."""
    return {
        "platform": "binary_sensor",
        "unique_id": f"{identity}_problem",
        "name": "problem",
        "device_class": "problem",
        "expire_after": EXPIRES_AFTER,
        "value_template": f"{{{{ 'ON' if {_ALARMING} else 'OFF' }}}}",
        "json_attributes_topic": topic,
        "json_attributes_template": "{{ (value_json.alert or {}) | tojson }}",
    }


def _percent(value: str, found: str = "", *, infinite: float | None = None) -> str:
    """A template that shows a fraction as percent, and as unknown what is no number: `None` is how
    Home Assistant is told so. `found` picks the subject, `of`, from a list.
    """
    lookup = f"{{% set of = ({found}) | first | default({{}}) %}}" if found else ""
    number = f"({value} * 100) | round(2) if {value} is number"
    beyond = "" if infinite is None else f" else {infinite} if {value} == 'inf'"
    return f"{lookup}{{{{ {number}{beyond} else None }}}}"


def _text(text: str) -> str:
    """A text as Jinja has it."""
    return json.dumps(text, ensure_ascii=False)
