"""What a rule has of its group: what it does not say itself, and where that stands."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from hedgewatch.config.rule_schema import Defaults, GroupSettings, RuleSettings
from hedgewatch.config.yaml_source import Location, Source


@dataclass(frozen=True, slots=True)
class Group:
    """A group in its file; `settings` is None while anything in it is wrong."""

    source: Source
    location: Location
    settings: GroupSettings | None

    def defaulted(self, rule: RuleSettings) -> RuleSettings:
        """The rule with what its group says for it."""
        if self.settings is None:
            return rule
        said = {
            name: getattr(self.settings, name)
            for name in Defaults.model_fields.keys() & self.settings.model_fields_set
        }
        merged = {
            name: {**value, **getattr(rule, name)} if isinstance(value, Mapping) else value
            for name, value in said.items()
            if isinstance(value, Mapping) or name not in rule.model_fields_set
        }
        return rule.model_copy(update=merged)

    def named(self, rule: Location, key: str) -> Iterator[tuple[str, object, Location]]:
        """What stands under a key of the rule and of its group: name, value and place of each."""
        own, shared = (self._mapping(place, key) for place in (rule, self.location))
        for name in {**shared, **own}:
            place = rule if name in own else self.location
            yield name, own.get(name, shared.get(name)), (*place, key, name)

    def place(self, rule: Location, key: str) -> Location:
        """Where a key of a rule stands that is not made of names."""
        own = self.source.get((*rule, key))
        return rule if own is not None else self.location

    def _mapping(self, place: Location, key: str) -> Mapping[str, object]:
        held = self.source.get((*place, key))
        return held if isinstance(held, dict) else {}
