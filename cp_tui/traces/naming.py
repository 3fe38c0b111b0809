"""Which word before a frame names its charge point, in a log of a program that nobody knows.

Only where several speak can that be told: the word differs from one to the other, and is the same
in a CALL and in its answer. A thread or a connection is so as well; but each charge point boots,
and no two of them have one serial number.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from itertools import islice

from msgspec import Struct

from cp_tui.ocpp.action import Action
from cp_tui.traces.times import FIND

FRAMES_MAX = 2_000
"""From which it is told; later ones are named by the same place."""
ANSWERS_MIN = 4
NAMES_MAX = 50
PLACES_MAX = 8
"""Words before a frame that are looked at, the nearest first."""
_WORDS = re.compile(r"[\w.:@-]{2,60}")
_BEGIN = re.compile(r'\[\s*([234])\s*,\s*\\*"([^"\\]{1,60})\\*"\s*,\s*(?:\\*"(\w{1,60})\\*")?')
_SERIAL = re.compile(r'charge\w{3,5}SerialNumber\\*"\s*:\s*\\*"([^"\\]{1,60})')
_OF_PROGRAM = re.compile(
    r"thread|worker|pool|exec|task|conn|session|socket|http|nio", re.IGNORECASE
)
_ACTIONS = frozenset(action.value for action in Action)


class HeadedFrame(Struct, frozen=True):
    """A frame as far as it is needed, and the words before it."""

    words: tuple[str, ...]
    """The nearest first."""
    is_call: bool
    message_id: str
    boots: bool
    serial: str


def words_before(head: str) -> tuple[str, ...]:
    """Give the words that stand before a frame, the nearest first."""
    found = (word.strip(".:-") for word in _WORDS.findall(FIND.sub(" ", head)))
    return tuple(word for word in found if word)[: -PLACES_MAX - 1 : -1]


def headed(head: str, text: str) -> HeadedFrame | None:
    """Take a frame with its head; None: it has no beginning that can be read."""
    begin = _BEGIN.match(text)
    if begin is None:
        return None
    boots = begin[1] == "2" and begin[3] == Action.BOOT_NOTIFICATION
    serial = _SERIAL.search(text) if boots else None
    return HeadedFrame(
        words_before(head), begin[1] == "2", begin[2], boots, serial[1] if serial else ""
    )


def naming_place(frames: Iterable[HeadedFrame]) -> int | None:
    """Give which word names the charge point, counted from the frame; None: none is known to."""
    looked = [*islice(frames, FRAMES_MAX)]
    places = min((len(each.words) for each in looked), default=0)
    return next((place for place in range(places) if _names(place, looked)), None)


def _names(place: int, frames: Sequence[HeadedFrame]) -> bool:
    names = {each.words[place] for each in frames}
    if not 2 <= len(names) <= NAMES_MAX or not names.isdisjoint(_ACTIONS):
        return False
    if any(_OF_PROGRAM.search(name) for name in names):
        return False
    asked: set[tuple[str, str]] = set()
    answers = fitting = 0
    serials: dict[str, str] = {}
    for each in frames:
        name = each.words[place]
        if each.is_call:
            asked.add((name, each.message_id))
        else:
            answers += 1
            fitting += (name, each.message_id) in asked
        if each.boots:
            serials[name] = each.serial
    told = [serial for serial in serials.values() if serial]
    is_of_one = len(told) != len({*told})
    return answers >= ANSWERS_MIN and fitting == answers and len(serials) > 1 and not is_of_one
