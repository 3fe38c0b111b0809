"""How the link came and went: for diagnostics, and as the stream `link_attempts`."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from datetime import datetime

from msgspec import Struct

from cp_tui.charge_point.variables import LinkAttempt, LinkPhase, LinkView

STATES_MAX = 500

_OUTCOMES = (LinkPhase.OPEN, LinkPhase.WAITING, LinkPhase.STOPPED)
"""Phases in which an attempt, or an open link, has come to its end."""


class LinkHistory:
    """Passes the variables of the link on to the hub, and keeps what became of each attempt."""

    def __init__(
        self,
        publish: Callable[[str, object], None],
        emit: Callable[[str, Struct], None],
    ) -> None:
        self._publish = publish
        self._emit = emit
        self._states: deque[LinkView] = deque(maxlen=STATES_MAX)

    @property
    def states(self) -> tuple[LinkView, ...]:
        """The newest states, oldest first."""
        return tuple(self._states)

    def publish(self, name: str, value: object) -> None:
        """Publish a variable of the link."""
        if isinstance(value, LinkView):
            before = self._states[-1] if self._states else None
            if before is None or _facts(before) != _facts(value):
                self._states.append(value)
                if before is not None and value.phase in _OUTCOMES:
                    self._emit("link_attempts", _outcome(before, value))
        self._publish(name, value)


def _facts(link: LinkView) -> tuple[LinkPhase, datetime | None]:
    # Of an error its moment: the same one may be put into other words when its cause is over.
    return link.phase, link.last_error.at if link.last_error else None


def _outcome(before: LinkView, after: LinkView) -> LinkAttempt:
    """Say what became of an attempt, or of the link that was open."""
    # Our own link knows since when it is as it is.
    assert before.since is not None
    assert after.since is not None
    was_open = before.phase is LinkPhase.OPEN
    # The error of an earlier attempt stays in the variable, and is no news.
    error = after.last_error if _facts(after)[1] != _facts(before)[1] else None
    return LinkAttempt(
        at=error.at if error else after.since,
        attempt=before.attempt,
        phase=after.phase,
        step=error.step if error else None,
        text=error.text if error else after.own_cause,
        hint=error.hint if error else "",
        http_status=error.http_status if error else None,
        close_code=error.close_code if error else None,
        open_for_s=round((after.since - before.since).total_seconds(), 1) if was_open else None,
    )
