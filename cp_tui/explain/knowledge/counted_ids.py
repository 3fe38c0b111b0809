"""Message ids that a charge point counts: where one is jumped over, a CALL is not in the log."""

from __future__ import annotations

from cp_tui.traces.record import FrameDirection, Record, RecordKind

COUNTED_LEAST = 5
"""So many steps of one in a row, and its ids are counted, not drawn."""
DIGITS_MAX = 18


class CountedIds:
    """The ids of the CALLs of one charge point (J 4.1.4 leaves open how they are made)."""

    def __init__(self) -> None:
        self._newest: int | None = None
        self._steps = 0

    def skipped(self, record: Record) -> int:
        """Say how many ids are missing before this record; 0 where they are not counted."""
        if record.direction is not FrameDirection.TO_CSMS or record.frame is None:
            if record.kind is RecordKind.UNREADABLE or record.kind is RecordKind.LINK:
                # It may have been the missing one, or after a reboot it counts anew.
                self._newest, self._steps = None, 0
            return 0
        if record.kind is not RecordKind.CALL:
            return 0
        text = record.frame.message_id
        number = int(text) if text.isdecimal() and len(text) <= DIGITS_MAX else None
        before, self._newest = self._newest, number
        if number is None or before is None:
            self._steps = 0
            return 0
        step = number - before
        if step == 1:
            self._steps += 1
        elif step:
            # A step of 0 is a message that is sent again.
            was_counted, self._steps = self._steps >= COUNTED_LEAST, 0
            return step - 1 if was_counted and step > 1 else 0
        return 0
