"""Why something was decided: the explanation that travels with refusals, limits and messages.

It reaches the screen and the scripts, never the wire (a CALLERROR description apart).
"""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict


class Reason(BaseModel):
    """One decision, explained: a stable id, the rule it follows and the values compared."""

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)

    id: str
    """Stable name, `module.subject.what`, such as `smart_charging.profile.stack_level_too_high`."""
    rule: str
    """Where it is written: `S 5.16` is the standard, `E 3.39` its errata, `cp-tui` our own."""
    text: str
    """One sentence for a person, with the values in it."""
    values: dict[str, str] = {}
    """The values that were compared, by name."""


def because(id: str, rule: str, text: str, /, **values: object) -> Reason:
    """Build a `Reason`; `text` may name the values in braces."""
    named = {name: str(value) for name, value in values.items()}
    return Reason(id=id, rule=rule, text=text.format(**named), values=named)
