"""What is said in the line of activity: what was answered just now, else what goes on by itself.

It knows no screen: whoever has one is told when something else is to stand there.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from textual.content import Content
from textual.timer import Timer

ANSWER_S = 6.0
"""How long what was said stands before what goes on by itself is told again."""
SAID_S = 30.0
"""How long it stands where nothing goes on, before the names of the screens have the line again;
the list of commands keeps every outcome."""

Lines = Sequence[Content]
"""The same in shorter ways behind the first."""


class LastSaid:
    """What stands in the line, and for how long."""

    def __init__(
        self,
        show: Callable[[], None],
        set_timer: Callable[[float, Callable[[], None]], Timer],
        welcome: Lines,
    ) -> None:
        """`show` is called when something else is to stand there."""
        self._show = show
        self._set_timer = set_timer
        self.lines: Lines = welcome
        self._going_on: Lines = ()
        self._late: Lines = ()
        """What is to be said when no dialog is open any more."""
        self._answer: Timer | None = None

    @property
    def is_going_on(self) -> bool:
        """Whether it is what goes on by itself."""
        return self.lines == self._going_on

    def begin(self, problems: Lines) -> None:
        """Count how long the first words stand; of problems they stand without end."""
        if problems:
            self.lines = problems
        elif self.lines and self.lines is not self._going_on:
            self._answer = self._set_timer(SAID_S, self._answered)

    def tell(self, lines: Lines) -> None:
        """Say something that was asked for, or happened."""
        self.say(lines)
        if self._answer is not None:
            self._answer.stop()
        self._answer = self._set_timer(ANSWER_S if self._going_on else SAID_S, self._answered)

    def tell_late(self, lines: Lines) -> None:
        """Say it when the dialog has gone that lies over the line."""
        self._late = lines

    def uncovered(self) -> None:
        """Say what had to wait: no dialog lies over the line any more."""
        late, self._late = self._late, ()
        if late:
            self.tell(late)

    def goes_on(self, lines: Lines) -> None:
        """Tell what goes on by itself, wherever nothing else was said of late; none: nothing."""
        if lines == self._going_on:
            return
        was_shown = self.lines is self._going_on
        self._going_on = lines
        if was_shown or (lines and self._answer is None):
            self.say(lines)

    def say(self, lines: Lines) -> None:
        """Have this stand there, for as long as nothing else is said."""
        self.lines = lines
        self._show()

    def _answered(self) -> None:
        self._answer = None
        self.say(self._going_on)
