"""How many handshakes may be under way at once; the others wait in the order in which they came.

Pure. A thousand charge points that all dial in the same moment would measure how long this machine
takes for a thousand handshakes. The time before the gate is nobody's connect time.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from typing import Generic, TypeVar

Guest = TypeVar("Guest")


class Gate(Generic[Guest]):
    """Lets so many in at a time."""

    def __init__(self, room: int, begin: Callable[[Guest], None]) -> None:
        """`begin` is called with each that is let in; it must not call `leave` itself."""
        self._room = room
        self._begin = begin
        # To take the first of a plain dict again and again walks over all who have left.
        self._waiting: OrderedDict[Guest, None] = OrderedDict()
        self._inside: set[Guest] = set()

    @property
    def waiting(self) -> int:
        """How many wait."""
        return len(self._waiting)

    @property
    def inside(self) -> int:
        """How many have been let in and have not left."""
        return len(self._inside)

    def ask(self, guest: Guest) -> None:
        """Let somebody in as soon as there is room; who is here already is not let in twice."""
        if guest not in self._inside:
            self._waiting[guest] = None
            self._let_in()

    def leave(self, guest: Guest) -> None:
        """Make room: it is done, or does not want to come in any more."""
        self._waiting.pop(guest, None)
        self._inside.discard(guest)
        self._let_in()

    def shut(self) -> None:
        """Let nobody in any more, and send away who waits."""
        self._room = 0
        self._waiting.clear()

    def _let_in(self) -> None:
        while self._waiting and len(self._inside) < self._room:
            guest, _ = self._waiting.popitem(last=False)
            self._inside.add(guest)
            self._begin(guest)
