"""A recording of the screen in place of a terminal: what would be sent, with the times of it.

As an asciicast of version 2, which every player reads: a line with a header, then a line for each
piece of output, https://docs.asciinema.org/manual/asciicast/v2/.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable

from textual import events
from textual.app import App
from textual.driver import Driver
from textual.geometry import Size

from cp_tui.tui.terminal.sent_cells import SentCells
from cp_tui.tui.terminal.textual_private import QuietApp

TERMINAL = {"TERM": "xterm-256color", "COLORTERM": "truecolor", "LANG": "C.UTF-8"}
"""The environment of the terminal that a recording is made for."""
BEGIN, END = "\x1b[?1049h\x1b[?25l", "\x1b[?25h\x1b[?1049l"
"""To a screen of its own, without a cursor, and back: what a terminal was told before stays."""
BYTES_MAX = 64_000_000
"""An hour of a busy screen has a tenth of it; what comes later is not recorded."""


class Recording:
    """What was sent, and when, in seconds from its beginning."""

    def __init__(self, size: tuple[int, int], clock: Callable[[], float]) -> None:
        """`clock` gives seconds that only go on."""
        self.size = size
        self._clock = clock
        self._began_s: float | None = None
        self._events: list[tuple[float, str]] = []
        self._bytes = 0

    def take(self, text: str) -> None:
        """Note what is sent now."""
        now_s = self._clock()
        if self._began_s is None:
            self._began_s = now_s
        self._bytes += len(text.encode())
        if text and self._bytes <= BYTES_MAX:
            self._events.append((now_s - self._began_s, text))

    def cast(self, title: str) -> str:
        """Write it as an asciicast; it ends now."""
        if self._began_s is None:
            self.take(BEGIN)
        assert self._began_s is not None
        columns, lines = self.size
        header = {
            "version": 2,
            "width": columns,
            "height": lines,
            "title": title,
            "env": {name: text for name, text in TERMINAL.items() if name != "LANG"},
        }
        ended_s = max(self._clock() - self._began_s, self._events[-1][0])
        events_told = [*self._events, (ended_s, END)]
        pieces = ([round(at_s, 3), "o", text] for at_s, text in events_told)
        return "".join(f"{json.dumps(each, ensure_ascii=False)}\n" for each in (header, *pieces))


def record(app: QuietApp, recording: Recording) -> None:
    """Have the app send all to the recording, and look for no terminal."""

    class RecordingDriver(Driver):
        """Stands for a terminal of the size of the recording; nobody types there."""

        def __init__(
            self,
            app: App[object],
            *,
            debug: bool = False,
            mouse: bool = True,
            size: tuple[int, int] | None = None,
        ) -> None:
            super().__init__(app, debug=debug, mouse=mouse, size=size or recording.size)

        def write(self, data: str) -> None:
            recording.take(data)

        def start_application_mode(self) -> None:
            self.write(BEGIN)
            size = Size(*recording.size)
            # The loop that runs is that of the app; the event is taken when it is ready for it.
            asyncio.get_running_loop().call_soon(self.process_message, events.Resize(size, size))

        def disable_input(self) -> None:
            """There is none."""

        def stop_application_mode(self) -> None:
            """The recording ends by itself."""

    app.driver_class = RecordingDriver
    # Where players differ, what all of them do: no cell is erased to a colour.
    app.sent = SentCells(is_erasing=False)
