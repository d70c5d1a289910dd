"""What came of a look at a key, in a word and in sentences."""

from dataclasses import dataclass
from typing import Literal

from hedgewatch.venues.guides import guide_to
from hedgewatch.venues.permissions import KeyRights

Verdict = Literal["reads", "unverified", "can_trade", "cannot_read", "refused", "not_told"]
"""`reads`: only that. `unverified`: the venue does not tell what its keys may do. `refused`: the
venue does not take the key. `not_told`: no answer came, which says nothing of the key.
"""

_SOON = 14 * 86_400.0


@dataclass(frozen=True, slots=True, kw_only=True)
class KeySeen:
    """One account's key. `rights` is what the venue said, None when it said nothing, and `reason`
    why it did not; `accepted`: the operator answers for a key that cannot be verified; `is_here`:
    the venue is one of this machine, on paper.
    """

    account: str
    venue: str
    verdict: Verdict
    rights: KeyRights | None = None
    by_address: bool = False
    accepted: bool = False
    is_here: bool = False
    reason: str = ""

    @property
    def is_well(self) -> bool:
        """Whether the account can be watched with it."""
        return self.verdict == "reads" or (self.verdict == "unverified" and self.accepted)

    def may(self) -> str:
        """What it may do, by the venue's own names."""
        if self.by_address:
            return "read by address: there is no key"
        if self.verdict == "can_trade" and self.rights is not None:
            return f"MORE THAN READ: {', '.join(sorted(self.rights.powers))}"
        return {
            "reads": "only read",
            "unverified": "not told by the venue",
            "cannot_read": "not even read",
            "refused": "nothing: the venue refuses it",
            "not_told": "not known",
        }[self.verdict]

    def to_do(self, now: float) -> str:
        """What its owner should do; empty when all is well."""
        match self.verdict:
            case "can_trade":
                return f"delete it and make one that can only read. {guide_to(self.venue).text}"
            case "cannot_read" | "refused":
                return f"give it its right to read, or make another. {guide_to(self.venue).text}"
            case "not_told":
                return "nothing is known of the key: try again when the venue answers"
            case "unverified" if not self.accepted:
                return "look at the venue that it can only read, then allow_unverified_key: true"
            case _:
                return self._to_do_soon(now)

    def _to_do_soon(self, now: float) -> str:
        rights = self.rights
        if rights is not None and (rights.expires_at or now + _SOON) < now + _SOON:
            return f"make a new one before it ends. {guide_to(self.venue).text}"
        if rights is not None and rights.bound_to_address is False and not self.is_here:
            return guide_to(self.venue).bound
        return ""
