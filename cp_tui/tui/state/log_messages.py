"""The messages of a log: the frames of one charge point, each request with its answer.

They are made as they are seen: what is kept of half a million frames is one number of each.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable
from datetime import datetime, timedelta
from functools import cached_property

from cp_tui.charge_point.variables import Direction, MessageKind
from cp_tui.explain.finding import Finding
from cp_tui.follow.follower import Follower
from cp_tui.follow.messages import KINDS, latency_ms, message_record
from cp_tui.follow.noted import NOTHING_NOTED
from cp_tui.follow.registration import FollowedRegistration
from cp_tui.ocpp.calendar import FIRST
from cp_tui.opened.log import ChargerOfLog, Head, LogIndex
from cp_tui.traces.record import FrameDirection, LinkKind, RecordKind
from cp_tui.tui.state.message_log import (
    ANSWER_AWAITED_S_MAX,
    LoggedFrame,
    MessageLog,
    MessagePair,
    logged_frame,
)

ANSWERS = (MessageKind.CALLRESULT, MessageKind.CALLERROR)

LINKS_MAX = 5_000
"""Events of connections that are read for outages; pings may be among them."""
MADE_MAX = 2_000
"""Exchanges kept as they were made: some screens full."""


class LogMessages(MessageLog):
    """Numbers its exchanges in the order in which they passed, the oldest first."""

    is_whole = True

    def __init__(self, index: LogIndex, charger: ChargerOfLog) -> None:
        super().__init__()
        self.index = index
        self.places = charger.places
        """Of all frames of the charge point."""
        self._links = charger.links
        self._firsts = charger.firsts
        """The first frame of each exchange."""
        self._made: dict[int, MessagePair] = {}

    def __len__(self) -> int:
        return len(self.places)

    @property
    def numbers(self) -> range:
        return range(len(self._firsts))

    @property
    def oldest_at(self) -> datetime | None:
        return self.index.at(self.first)

    @property
    def newest_at(self) -> datetime | None:
        return self.index.at(self.last)

    @cached_property
    def end_at(self) -> datetime | None:
        """Until when something is known of it: where it is ours, also once no frame passed."""
        last, noted = self.index.at(self.last), self.index.noted
        end = None if last is None or noted is NOTHING_NOTED else noted.end(self._ahead_s())
        return last if last is None or end is None else max(last, end)

    def _ahead_s(self) -> float:
        """How far its clock was ahead after the CSMS had told the time last."""
        index, follower = self.index, Follower(None)
        for place in reversed(self.places):
            call, at = index.pair(place), index.at(place)
            is_answer = index.kind(place) is RecordKind.CALL_RESULT
            if is_answer and call and at and index.action(place) in FollowedRegistration.ACTIONS:
                follower.learn(index.record(call))
                follower.learn(index.record(place))
                return (follower.time(at) - at).total_seconds()
        return 0.0

    @property
    def first(self) -> int:
        """The place of its first frame."""
        return self.places[0]

    @property
    def last(self) -> int:
        """The place of its last frame."""
        return self.places[-1]

    @property
    def judged(self) -> tuple[int, int, int]:
        """What changes when more is found."""
        findings = self.index.found.findings
        return len(findings), id(findings), len(self.index.others)

    def count_until(self, place: int) -> int:
        """How many frames there are up to a place."""
        return bisect_right(self.places, place)

    def frame_before(self, place: int) -> int:
        """The frame at a place, or the one before it; else the first."""
        return self.places[max(self.count_until(place) - 1, 0)]

    def stepped(self, place: int, step: int) -> int:
        """The frame that is so many frames from another one."""
        index = self.count_until(place) - 1 + step
        return self.places[min(max(index, 0), len(self.places) - 1)]

    def place_of(self, number: int) -> int:
        """The frame with which an exchange begins."""
        return self._firsts[number]

    def exchange_at(self, place: int) -> int:
        """The exchange that a frame belongs to."""
        number = max(bisect_right(self._firsts, place) - 1, 0)
        if self._firsts[number] == place:
            return number
        return max(bisect_right(self._firsts, self.index.pair(place) or place) - 1, 0)

    def own_exchange(self, place: int) -> int | None:
        """The exchange of a frame; None: it is one of another charge point."""
        return self.exchange_at(place) if self.has(place) else None

    @cached_property
    def outages(self) -> tuple[tuple[datetime, datetime], ...]:
        """From when to when it had no connection, as far as the log tells of connections."""
        index, found = self.index, list[tuple[datetime, datetime]]()
        end = self.end_at
        if index.noted.outages:
            outages = ((lost_at, back_at or end) for lost_at, back_at in index.noted.outages)
            return tuple((lost_at, back_at) for lost_at, back_at in outages if back_at is not None)
        lost_at: datetime | None = None
        for row in self._links[:LINKS_MAX]:
            record = index.record_of_row(row)
            if record.link is None or record.at is None:
                continue
            if record.link.event is LinkKind.CLOSE:
                lost_at = lost_at or record.at
            elif record.link.event in (LinkKind.OPEN, LinkKind.HANDSHAKE) and lost_at is not None:
                found.append((lost_at, record.at))
                lost_at = None
        last = index.at(self.last)
        if lost_at is not None and last is not None and last > lost_at:
            found.append((lost_at, last))
        return tuple(found)

    def head(self, number: int) -> MessagePair:
        """An exchange without payloads and ids: ten times as fast."""
        index, first = self.index, self._firsts[number]
        other = self._answer(first)
        frame = _of_head(index.head(first))
        if frame.kind in ANSWERS:
            return MessagePair(number, answer=frame)
        answer = None if other is None else _of_head(index.head(other))
        return self._given_up(MessagePair(number, request=frame, answer=answer))

    def may_hold(self, number: int, words: Iterable[bytes]) -> bool:
        """Whether words of ASCII letters and digits may stand in an exchange."""
        index, first = self.index, self._firsts[number]
        other = self._answer(first)
        if KINDS.get(index.kind(first)) in ANSWERS:
            # What was asked stands elsewhere.
            return True
        places = (first,) if other is None else (first, other)
        rows = index.columns.rows
        text = b"".join(index.packed(rows[place - 1]) for place in places).lower()
        return all(word in text for word in words)

    def findings_of(self, number: int) -> tuple[Finding, ...]:
        """What is wrong with an exchange."""
        found, first = self.index.found, self._firsts[number]
        other = self._answer(first)
        of_first = found.of(first)
        of_answer = found.of(other) if other is not None else ()
        # One about both counts once; findings hold what cannot be compared by hash.
        return (*of_first, *(each for each in of_answer if each not in of_first))

    def exchange(self, number: int) -> MessagePair | None:
        if not 0 <= number < len(self._firsts):
            return None
        made = self._made.get(number)
        if made is None:
            if len(self._made) >= MADE_MAX:
                self._made.clear()
            made = self._made[number] = self._make(number)
        made.findings = self.findings_of(number)
        made.ours = self.index.others.of(self._firsts[number])
        return made

    def has(self, place: int) -> bool:
        """Whether a frame is one of this charge point."""
        index = bisect_left(self.places, place)
        return index < len(self.places) and self.places[index] == place

    def _answer(self, first: int) -> int | None:
        """The place of the answer to a request; of what stands alone there is none."""
        other = self.index.pair(first)
        return other if other is not None and other > first else None

    def _make(self, number: int) -> MessagePair:
        index, first = self.index, self._firsts[number]
        other = self._answer(first)
        record = index.record(first)
        frame = logged_frame(message_record(record, None))
        if frame.kind in ANSWERS:
            if (asked := index.pair(first)) is not None:
                # It was answered before: this one says since when, and what it is about.
                call = index.record(asked)
                frame = logged_frame(message_record(record, latency_ms(record, call), call))
            return MessagePair(number, answer=frame)
        answer = None
        if other is not None:
            answered = index.record(other)
            told = message_record(answered, latency_ms(answered, record), record)
            answer = logged_frame(told, frame)
        return self._given_up(MessagePair(number, request=frame, answer=answer))

    def _given_up(self, made: MessagePair) -> MessagePair:
        """Expect no answer where the log goes on for long enough without one."""
        if made.answer is None and made.request is not None:
            last, awaited = self.end_at, timedelta(seconds=ANSWER_AWAITED_S_MAX)
            made.is_given_up = last is None or last - made.request.at > awaited
        return made


def _of_head(head: Head) -> LoggedFrame:
    """A frame as far as the index has it."""
    return LoggedFrame(
        head.at or FIRST,
        Direction.IN if head.direction is FrameDirection.TO_CHARGE_POINT else Direction.OUT,
        KINDS.get(head.kind, MessageKind.INVALID),
        "",
        head.action,
        "{}",
        head.connector,
        head.latency_ms,
        head.result,
        None,
        False,
    )
