"""Python's collector of garbage, kept from stopping ten thousand charge points.

A full look at them takes two seconds, in which every timer is late, and finds nothing: charging
makes no garbage that reference counts do not free, only a reboot and a failed attempt to connect
do. So it is off from the start, everything is taken out of its sight once the charge points are
there, and from time to time it looks at what came since.
"""

from __future__ import annotations

import gc

LOOK_S = 60.0
"""The time between two looks, in seconds."""
NEWS_MIN = 50_000
"""So many more objects than at the last look are worth one."""


class Collector:
    """Has the collector rest from the start of a run to its end."""

    def __init__(self) -> None:
        self._was_on = gc.isenabled()
        self._looked_at_s = 0.0
        self.looks = 0
        """How often it has looked."""

    def start(self, now_s: float) -> None:
        """Switch it off; times are those of the loop."""
        self._looked_at_s = now_s
        gc.disable()

    def settle(self) -> None:
        """Take all that is there out of its sight: most of it stays until the end."""
        # No look before: it would cost what it is to save.
        gc.freeze()

    def look(self, now_s: float) -> None:
        """Look at the young, if it is time and there are enough of them."""
        if now_s - self._looked_at_s >= LOOK_S and gc.get_count()[0] >= NEWS_MIN:
            self._looked_at_s = now_s
            self.looks += 1
            gc.collect(0)

    def end(self) -> None:
        """Leave it as it was found."""
        gc.unfreeze()
        if self._was_on:
            gc.enable()
