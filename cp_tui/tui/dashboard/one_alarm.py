"""What an alarm is: how bad, in what words, and what a person can do about it."""

from __future__ import annotations

from datetime import datetime
from enum import Enum

from msgspec import Struct


class Urgency(Enum):
    """How bad it is: a sign for those who see no colours, and a style."""

    BAD = ("×", "bold $text-error")
    ODD = ("!", "bold $text-warning")
    WELL = ("●", "$text-success")

    @property
    def sign(self) -> str:
        """The sign before the words."""
        return self.value[0]

    @property
    def style(self) -> str:
        """The style of sign and words."""
        return self.value[1]


class Remedy(Struct, frozen=True):
    """What a person can do about it."""

    action_id: str
    words: str
    """After its key: `tries now`."""
    connector_id: int | None = None
    """The connector that has to be selected for it; None: it does not matter."""


class Alarm(Struct, frozen=True):
    """One thing that is not as it should be."""

    urgency: Urgency
    text: str
    """What is wrong; cleaned."""
    then: str = ""
    """What happens next, such as `next try`."""
    at: datetime | None = None
    """When that happens."""
    act: Remedy | None = None
    check: str = ""
    """What to look at; cleaned."""
    gone_at: datetime | None = None
    """When its words are no longer true, without any news."""


LOOK_AT_SECURITY = Remedy("screen.security", "shows it")
"""Where certificates, profile and security events are shown."""
