"""Why something was decided: the explanation that travels with refusals, limits and messages.

It reaches the screen and the scripts, never the wire (a CALLERROR description apart).
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from msgspec import field

from cp_tui.charge_point.codec import Value
from cp_tui.ocpp.plural import count

RULE_MARKS: Mapping[str, str] = MappingProxyType(
    {
        "S 5.16": "section 5.16 of OCPP 1.6 edition 2, the standard itself",
        "E 3.39": "item 3.39 of its errata sheet",
        "J 4.2": "section 4.2 of OCPP-J 1.6, the JSON over WebSocket part; JE: its errata",
        "W A00": "the whitepaper on improved security for OCPP 1.6-J",
        "T TC_003": "a case of the official test document",
        "cp-tui": "a choice of this program, where the standard leaves one",
    }
)
"""How rules are named, by example, and what that means."""


class Reason(Value, frozen=True, kw_only=True):
    """One decision, explained: a stable id, the rule it follows and the values compared."""

    id: str
    """Stable name, `module.subject.what`, such as `smart_charging.profile.stack_level_too_high`."""
    rule: str
    """Where it is written: `S 5.16` is the standard, `E 3.39` its errata, `cp-tui` our own."""
    text: str
    """One sentence for a person, with the values in it."""
    values: dict[str, str] = field(default_factory=dict)
    """The values that were compared, by name; `key` is the configuration key that decided."""


def because(id: str, rule: str, text: str, /, **values: object) -> Reason:
    """Build a `Reason`; `text` may name values in braces, with what they count: `{count:tag}`."""
    named = {name: str(value) for name, value in values.items()}
    words = {name: _Countable(value) for name, value in named.items()}
    return Reason(id=id, rule=rule, text=text.format(**words), values=named)


class _Countable(str):
    """A value of a text: `{count:tag}` is "1 tag" or "3 tags", `{count:try|tries}` "3 tries"."""

    def __format__(self, noun: str) -> str:
        singular, _, plural = noun.partition("|")
        return count(int(self), singular, plural or None) if noun else str(self)
