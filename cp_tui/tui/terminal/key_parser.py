"""What a terminal sends, as keys: an escape that begins no sequence is a key of its own.

For Textual an escape and a letter in one packet are Alt and the letter, and with some signs the
escape is lost. Over a line that stalls, that is somebody who closes a dialog and goes on. No action
of ours needs Alt.
"""

from __future__ import annotations

import os
import re
import select
import signal
import sys
import time
from collections.abc import Iterable

from textual.message import Message

from cp_tui.tui.terminal.packet import mark_packet
from cp_tui.tui.terminal.textual_private import EndingParser

PASTE_BEGINS, PASTE_ENDS = "\x1b[200~", "\x1b[201~"
SEQUENCES = r"\[|\x1b|O[A-DFHMP-SXj-y]|O?\Z"
"""What may follow an escape that is not alone, or not known to be yet."""
MARKS = re.compile(rf"\x1b\[20[01]~|\x1b(?!{SEQUENCES})")
TAIL = len(PASTE_ENDS) - 1

PAUSE_S = 0.1
"""Between two looks at a terminal that is gone; Textual reads on at once, and nothing comes."""


class KeyParser(EndingParser):
    """Textual's parser, for which an escape that begins no sequence is a key at once."""

    def __init__(self, debug: bool = False) -> None:
        super().__init__(debug)
        self._tail = ""
        self._is_paste = False
        self._has_ended = False

    def tick(self) -> Iterable[Message]:
        """Parse what nothing more belongs to; end the screen where the terminal is gone.

        Only who has it as its controlling terminal is sent SIGHUP by the system: not a program that
        another one started in a terminal of its own. Textual asks here ten times a second, and
        without a pause once nothing can be read any more.
        """
        if is_gone():
            if not self._has_ended:
                self._has_ended = True
                os.kill(os.getpid(), signal.SIGHUP)
            time.sleep(PAUSE_S)
        yield from super().tick()

    def feed(self, data: str) -> Iterable[Message]:
        """Parse what has come; after an escape that is alone, wait for nothing more."""
        packet = object()
        for message in self._parsed(data):
            mark_packet(message, packet)
            yield message

    def _parsed(self, data: str) -> Iterable[Message]:
        begin = 0
        for end in self._lone_escapes(data):
            if end > begin:
                yield from super().feed(data[begin:end])
            begin = end
            yield from self.end_sequence()
        if begin < len(data) or not data:
            yield from super().feed(data[begin:])

    def _lone_escapes(self, data: str) -> Iterable[int]:
        """Where each of them ends; 0 for the last character of what came before."""
        text, before = self._tail + data, len(self._tail)
        for mark in MARKS.finditer(text):
            if mark[0] in (PASTE_BEGINS, PASTE_ENDS):
                if mark.end() > before:
                    self._is_paste = mark[0] == PASTE_BEGINS
            elif mark.end() >= before and not self._is_paste:
                yield mark.end() - before
        self._tail = text[-TAIL:]


def is_gone() -> bool:
    """Whether nobody holds the other end of the terminal any more."""
    if sys.__stdin__ is None:
        return True
    poll = select.poll()
    poll.register(sys.__stdin__.fileno(), 0)
    return any(what & (select.POLLHUP | select.POLLERR) for _, what in poll.poll(0))
