"""How much may be under way to the terminal: on a slow line, what a second carries.

Between this program and the eyes of a person lie buffers that take far more than a slow line
carries: of a pseudo-terminal 12 kB, of ssh two megabytes. What is in them is old by the time that
it is seen, so that a key would be answered after minutes. The terminal alone knows what has
arrived. So it is asked behind what was sent, and until it answers no more is sent than the line
carries in a second; what changes meanwhile is not queued, but sent as it is then.

A terminal that does not answer gets everything at once, as far as the line takes it.
"""

from __future__ import annotations

MOST_BYTES = 65_536
"""Under way at once, while nothing says that the line is slow."""
LEAST_BYTES = 512
"""Under way on the slowest line; it is not asked about less."""
TELLING_BYTES = 1_024
"""The answer about fewer tells how long the way is, and not how much the line carries."""
SECONDS = 1.0
"""How old a picture may be when it is there."""
SLOWEST_BYTES_S = 100
PATIENCE_S = 10.0
"""For an answer, beyond what the slowest line takes; a terminal may be another one by then."""


class Pace:
    """What is under way, and how much more may be. Times are in seconds of any one clock."""

    def __init__(self) -> None:
        self._answers = False
        self._may_ask = True
        self._most = float(MOST_BYTES)
        self._under_way = 0
        self._asked_for = 0
        """Bytes that are there when the terminal answers."""
        self._asked_at: float | None = None

    def room(self, now: float) -> int:
        """Give the bytes that may be sent now; 0: it has to wait for an answer."""
        if self._asked_at is not None and now >= self._asked_at + self.patience_s:
            self._answers, self._asked_at, self._under_way = False, None, 0
        if not self._answers:
            return MOST_BYTES
        if self._asked_at is None:
            return round(self._most)
        return max(0, round(self._most) - self._under_way)

    @property
    def is_asked(self) -> bool:
        """Whether an answer is awaited."""
        return self._asked_at is not None

    def ask_no_more(self) -> None:
        """Do without answers from now on: nobody will be there to hear them."""
        self._may_ask = False

    @property
    def patience_s(self) -> float:
        """For how long an answer is waited for."""
        return PATIENCE_S + self._asked_for / SLOWEST_BYTES_S

    def sent(self, count: int, now: float) -> bool:
        """Note that bytes were sent; True: the terminal has to be asked behind them."""
        self._under_way += count
        may_ask = self._answers and self._may_ask and self._asked_at is None
        if not may_ask or self._under_way < LEAST_BYTES:
            return False
        self._asked_at, self._asked_for = now, self._under_way
        return True

    def answered(self, now: float) -> None:
        """Note that the terminal has answered what it was asked last."""
        self._answers = True
        if self._asked_at is None:
            return
        if self._asked_for >= TELLING_BYTES:
            carried = SECONDS * self._asked_for / max(now - self._asked_at, 0.001)
            self._most = min(max(carried, LEAST_BYTES), MOST_BYTES)
        self._under_way -= self._asked_for
        self._asked_at, self._asked_for = None, 0
