"""Which answer belongs to which CALL.

To one before it, at the same charge point, with the same id and from the other side, that has no
answer yet: the id is the only key (J 4.1.4). Of several the latest, for the earlier ones were given
up, but where they came at once on one connection they are answered in their order. A second answer
belongs to the CALL that has one already. Some programs write the answer just before the CALL, so
the next moments are looked at too.
"""

from __future__ import annotations

from array import array
from collections import OrderedDict
from collections.abc import Callable, Sequence

from msgspec import Struct

from cp_tui.traces.direction import DIRECTION_OF
from cp_tui.traces.record import ANSWERS, DirectionFrom, FrameDirection, RecordKind
from cp_tui.traces.survey import KIND_OF, LogSurvey

ANSWERED_MAX = 100_000
"""CALLs whose answer came that are remembered, for a second answer."""
OPEN_MAX = 200_000
"""CALLs without an answer that are remembered."""
AT_ONCE_S = 5.0
"""A CALL with the id of one that came so short a time before is a second one beside it; later it
may be the same once more, from a side that has given the first one up."""
AT_ONCE_MAX = 20
"""So many with one id are told apart."""
BEFORE_S = 0.05
"""An answer may be written so much before its CALL."""

NONE = 0xFFFFFFFF
_WAYS = (None, FrameDirection.TO_CSMS, FrameDirection.TO_CHARGE_POINT)
"""A way is the place here of what it stands for, so that comparing two costs little."""
_FROMS = tuple(DirectionFrom)
_STATED, _PERSPECTIVE, _ACTION, _PAIR = map(
    _FROMS.index,
    (
        DirectionFrom.STATED,
        DirectionFrom.PERSPECTIVE,
        DirectionFrom.ACTION,
        DirectionFrom.PAIR,
    ),
)


def first_at_once(latest: int, is_beside: Callable[[int], bool]) -> int:
    """Give the place of the CALL that is answered first, of those that wait with one id.

    It is the latest, or the first of those that came at once with it: `is_beside` says of a place
    whether the CALL there did.
    """
    first = latest
    while first > max(0, latest - AT_ONCE_MAX + 1) and is_beside(first - 1):
        first -= 1
    return first


def are_at_once(apart_s: float) -> bool:
    """Whether two CALLs of one id that came so far apart wait beside each other."""
    return abs(apart_s) <= AT_ONCE_S


class Pairs(Struct):
    """What is known of each frame once all are paired; frames are counted from 0."""

    pairs: Sequence[int]
    """The other frame of the exchange; NONE."""
    ways: Sequence[int]
    froms: Sequence[int]
    unanswered: int
    stray: int
    """Answers that answer nothing, or what was answered already."""

    def direction(self, frame: int) -> FrameDirection | None:
        return _WAYS[self.ways[frame]]

    def direction_from(self, frame: int) -> DirectionFrom:
        return _FROMS[self.froms[frame]]

    def pair(self, frame: int) -> int | None:
        found = self.pairs[frame]
        return None if found == NONE else found


class _Pairing:
    def __init__(self, survey: LogSurvey) -> None:
        count = survey.frames
        self.survey = survey
        self.pairs = array("I", [NONE]) * count
        self.ways, self.froms = bytearray(count), bytearray(count)
        self.found = Pairs(self.pairs, self.ways, self.froms, 0, 0)
        self.calls: OrderedDict[tuple[int, int], list[int]] = OrderedDict()
        self.answered: OrderedDict[tuple[int, int], int] = OrderedDict()
        self.early: dict[tuple[int, int], int] = {}
        """Answers that have found no CALL yet."""
        meanings = survey.votes.meanings()
        self.tokens = {
            number: (_WAYS.index(survey.directions[number]), _STATED)
            if number in survey.directions
            else (_WAYS.index(meanings[text]), _PERSPECTIVE)
            for number, text in enumerate(survey.token_names.texts)
            if text and (number in survey.directions or text in meanings)
        }

    def walk(self, order: Sequence[int]) -> Pairs:
        survey, ways, froms = self.survey, self.ways, self.froms
        for frame in order:
            kind = KIND_OF[survey.kinds[frame]]
            known = self.tokens.get(survey.tokens[frame])
            if known:
                ways[frame], froms[frame] = known
            key = (survey.chargers[frame], survey.ids[frame])
            if kind is RecordKind.CALL:
                self._call(frame, key)
            elif kind in ANSWERS:
                self._answer(frame, key)
        self.found.stray += len(self.early)
        self.found.unanswered = sum(
            self.pairs[frame] == NONE
            for frame in range(survey.frames)
            if KIND_OF[survey.kinds[frame]] is RecordKind.CALL
        )
        return self.found

    def _call(self, frame: int, key: tuple[int, int]) -> None:
        if not self.ways[frame]:
            # DataTransfer may go both ways; the charge point sends it more often.
            way = DIRECTION_OF.get(self.survey.action(frame), FrameDirection.TO_CSMS)
            self.ways[frame], self.froms[frame] = _WAYS.index(way), _ACTION
        early = self.early.get(key)
        if early is not None:
            apart = self.survey.times[frame] - self.survey.times[early]
            if apart <= BEFORE_S and self._fits(frame, early):
                del self.early[key]
                self._pair(frame, early)
                self._remember(key, frame)
                return
        self.calls.setdefault(key, []).append(frame)
        if len(self.calls) > OPEN_MAX:
            self.calls.popitem(last=False)

    def _answer(self, frame: int, key: tuple[int, int]) -> None:
        waiting = self.calls.get(key, [])
        for place in range(len(waiting) - 1, -1, -1):
            if self._fits(waiting[place], frame):
                call = waiting.pop(self._first_of(waiting, place, frame) if place else 0)
                if not waiting:
                    del self.calls[key]
                self._pair(call, frame)
                self._remember(key, call)
                return
        before = self.answered.get(key)
        if before is not None and self._fits(before, frame):
            self.pairs[frame] = before
            self._side(frame, before)
            self.found.stray += 1
            return
        if key in self.early:
            self.found.stray += 1
        self.early[key] = frame
        if len(self.early) > OPEN_MAX:
            self.found.stray += 1
            del self.early[next(iter(self.early))]

    def _first_of(self, waiting: list[int], place: int, answer: int) -> int:
        """Give the place of the first CALL of those that came at once with the one at `place`."""
        survey, latest = self.survey, waiting[place]

        def is_beside(at: int) -> bool:
            call = waiting[at]
            is_same = survey.connections[call] == survey.connections[latest]
            is_at_once = are_at_once(survey.times[latest] - survey.times[call])
            return is_same and is_at_once and self._fits(call, answer)

        return first_at_once(place, is_beside)

    def _fits(self, call: int, answer: int) -> bool:
        """Say whether the two go opposite ways, as far as that is known."""
        ways = self.ways
        return ways[call] != ways[answer] or not ways[call] or self._is_guessed(call)

    def _is_guessed(self, frame: int) -> bool:
        """Whether only the action speaks for a direction, and either side may send that one."""
        is_by_action = self.froms[frame] == _ACTION
        return is_by_action and self.survey.action(frame) not in DIRECTION_OF

    def _pair(self, call: int, answer: int) -> None:
        self.pairs[call], self.pairs[answer] = answer, call
        self._side(answer, call)

    def _side(self, answer: int, call: int) -> None:
        """Let each of the two tell the direction of the other."""
        ways = self.ways
        if not ways[answer]:
            ways[answer], self.froms[answer] = _opposite(ways[call]), _PAIR
        elif self._is_guessed(call):
            ways[call], self.froms[call] = _opposite(ways[answer]), _PAIR

    def _remember(self, key: tuple[int, int], call: int) -> None:
        self.answered[key] = call
        self.answered.move_to_end(key)
        if len(self.answered) > ANSWERED_MAX:
            self.answered.popitem(last=False)


def _opposite(way: int) -> int:
    assert way, "of neither is known which way it went"
    return 3 - way


def paired(survey: LogSurvey, order: Sequence[int]) -> Pairs:
    """Pair the frames of a log in the order in which they passed."""
    return _Pairing(survey).walk(order)
