"""The variable `troubles`: what is wrong inside the program, not at the station or the CSMS."""

from __future__ import annotations

from datetime import datetime

from cp_tui.charge_point.codec import Value


class Trouble(Value, frozen=True, kw_only=True):
    """Something that is wrong, or that went wrong and should be known."""

    id: str
    """Stable, such as `turn.failed`, `store.not_writing`, `log.dropped`, `history.cut`."""
    text: str
    """One plain sentence with the values."""
    hint: str = ""
    """What to do about it."""
    since: datetime
    """When it was first noticed, in the clock of the machine."""
    last_at: datetime
    """When it was last noticed."""
    count: int = 1
    """How often, or how many: frames, lines, records."""
    ends_at: datetime | None = None
    """Of something that has happened: when it is forgotten, unless somebody acknowledges it before.
    None: it stands for as long as it is so."""


Troubles = tuple[Trouble, ...]
"""The variable `troubles`, the newest first; empty where all is well."""
