"""The bell of the terminal: rung when something has become worse, if somebody wants it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from textual.app import App
from textual.timer import Timer

from cp_tui.tui.state.store import Snapshot
from cp_tui.tui.text.words import Clock

Rings = Callable[[Snapshot, Clock], float | None]
"""In how many seconds it is to ring for what is known now, 0 is at once; None: not."""


class Ringer:
    """Rings the terminal of an app, now or when the pause since the last time is over."""

    def __init__(
        self,
        app: App[Any],
        new_bell: Callable[[], Rings],
        known: Callable[[], tuple[Snapshot, Clock]],
        *,
        is_on: bool,
    ) -> None:
        """`new_bell` makes what says, after each change, whether to ring for it."""
        self._app = app
        self._new_bell = new_bell
        self._known = known
        self._rings = new_bell() if is_on else None
        self._put_off: Timer | None = None

    @property
    def is_on(self) -> bool:
        """Whether it is wanted."""
        return self._rings is not None

    def switch(self) -> None:
        """Ring from now on, or no more; what is wrong already is no news."""
        self._rings = None if self._rings is not None else self._new_bell()
        self.follow()

    def follow(self) -> None:
        """Ring for what is known now, or look at it again when the pause is over."""
        wait_s = None if self._rings is None else self._rings(*self._known())
        if self._put_off is not None:
            self._put_off.stop()
        self._put_off = self._app.set_timer(wait_s, self.follow) if wait_s else None
        if wait_s == 0:
            self._app.bell()
