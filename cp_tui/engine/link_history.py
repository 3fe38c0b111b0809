"""How the link came and went: for diagnostics, when the screen has long moved on."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable

from pydantic import BaseModel

from cp_tui.charge_point.variables import Link

STATES_MAX = 500


class LinkHistory:
    """Passes the variables of the link on, and remembers each change of phase."""

    def __init__(self, publish: Callable[[str, BaseModel], None]) -> None:
        self._publish = publish
        self._states: deque[Link] = deque(maxlen=STATES_MAX)

    @property
    def states(self) -> tuple[Link, ...]:
        """The newest states, oldest first."""
        return tuple(self._states)

    def publish(self, name: str, value: BaseModel) -> None:
        """Publish a variable of the link."""
        if isinstance(value, Link) and not (
            self._states
            and (self._states[-1].phase, self._states[-1].last_error)
            == (value.phase, value.last_error)
        ):
            self._states.append(value)
        self._publish(name, value)
