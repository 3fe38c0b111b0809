"""How many handshakes may be under way at once; the others wait in the order in which they came.

Pure. A thousand charge points that all dial in the same moment would measure how long this machine
takes for a thousand handshakes. The time before the gate is nobody's connect time. One that has
waited long for its answer waits for the CSMS and not for this machine, and keeps nobody out: else
all would stand behind the first hundred whom a CSMS does not answer.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterable
from typing import Generic, TypeVar

from cp_tui.fleet.result import HELD_S

Guest = TypeVar("Guest")


class Gate(Generic[Guest]):
    """Lets so many in at a time."""

    def __init__(self, room: int, begin: Callable[[Guest], None]) -> None:
        """`begin` is called with each that is let in; it must not call `leave` itself."""
        self._room = room
        self._begin = begin
        # To take the first of a plain dict again and again walks over all who have left.
        self._waiting: OrderedDict[Guest, None] = OrderedDict()
        self._inside: dict[Guest, float | None] = {}
        """Since when; None: since the last look."""
        self._late: set[Guest] = set()

    @property
    def waiting(self) -> int:
        """How many wait."""
        return len(self._waiting)

    @property
    def inside(self) -> int:
        """How many have been let in and hold a place."""
        return len(self._inside)

    @property
    def late(self) -> Iterable[Guest]:
        """Those who hold none any more, and are not done."""
        return self._late

    def ask(self, guest: Guest) -> None:
        """Let somebody in as soon as there is room; who is here already is not let in twice."""
        self._late.discard(guest)
        if guest not in self._inside:
            self._waiting[guest] = None
            self._let_in()

    def leave(self, guest: Guest) -> None:
        """Make room: it is done, or does not want to come in any more."""
        self._waiting.pop(guest, None)
        self._inside.pop(guest, None)
        self._late.discard(guest)
        self._let_in()

    def look(self, now_s: float) -> None:
        """Take the place of those who have held it for too long; to be called now and then."""
        for guest, since_s in tuple(self._inside.items()):
            if since_s is None:
                self._inside[guest] = now_s
            elif now_s - since_s >= HELD_S:
                del self._inside[guest]
                self._late.add(guest)
        self._let_in()

    def shut(self) -> None:
        """Let nobody in any more, and send away who waits."""
        self._room = 0
        self._waiting.clear()

    def _let_in(self) -> None:
        while self._waiting and len(self._inside) < self._room:
            guest, _ = self._waiting.popitem(last=False)
            self._inside[guest] = None
            self._begin(guest)
