"""What the stations of a fleet told, as histograms and counts: of any length, in bounded memory.

Measures of several processes may be merged, and two of one process subtracted: what is between them
is what happened meanwhile. All lengths of time are in seconds.
"""

from __future__ import annotations

from enum import StrEnum
from math import log
from typing import Any

from msgspec import Struct, field

from cp_tui.fleet.bill import BillEntry
from cp_tui.fleet.watcher import Outcome

WIDTH = 1.05
"""A bucket ends at so many times its beginning: a quantile is off by 2.5 % at most."""
SHORTEST_S = 1e-4
LONGEST_S = 3_600.0
"""Shorter and longer times fall into the first and the last bucket."""
DISTINCT_MAX = 200
"""How many different words a group may count; what more there are count as one."""
OTHERS = "others"
_LOG_WIDTH = log(WIDTH)
_LAST = int(log(LONGEST_S / SHORTEST_S) / _LOG_WIDTH) + 1


class TimeGroup(StrEnum):
    """What took some time; the first three have one histogram for each Action."""

    ANSWER = "answer"
    """A CALL, written to answered; only those that were answered, also with a CALLERROR."""
    AGE = "age"
    """A message of a transaction, made to acknowledged."""
    ASKED = "asked"
    """A CALL of the CSMS, until our answer."""
    CONNECT = "connect"
    BACK = "back"
    ACCEPTED = "accepted"
    CHARGING = "charging"


class CountGroup(StrEnum):
    """What is counted, by a name and words."""

    OUTCOME = "outcome"
    """CALLs, by Action and outcome."""
    STATUS = "status"
    """CALLs of the CSMS, by Action and the status of our answer."""
    REFUSED = "refused"
    """Attempts to connect that failed, by step and words."""
    LOST = "lost"
    """Connections that ended unwanted, by words; without a name."""
    WAITING = "waiting"
    """Sessions in which no energy flowed at the first look."""
    TAG_REFUSED = "tag refused"
    """Tags that may not charge, by the status and the tag."""


class Histogram(Struct):
    """Times, by buckets that grow with what they hold."""

    buckets: dict[int, int] = field(default_factory=dict)
    count: int = 0
    max_s: float = 0.0

    def add(self, seconds: float) -> None:
        """Note one time."""
        bucket = _bucket(seconds)
        self.buckets[bucket] = self.buckets.get(bucket, 0) + 1
        self.count += 1
        self.max_s = max(self.max_s, seconds)

    def quantile(self, part: float) -> float:
        """Give the time that this part of all does not exceed; 1 is the longest, exactly."""
        if part >= 1.0 or not self.count:
            return self.max_s
        wanted, seen = part * self.count, 0
        for bucket in sorted(self.buckets):
            seen += self.buckets[bucket]
            if seen >= wanted:
                return min(_middle_s(bucket), self.max_s)
        raise AssertionError("the buckets hold all that was counted")

    def merge(self, other: Histogram) -> None:
        """Note all that another one has."""
        for bucket, number in other.buckets.items():
            self.buckets[bucket] = self.buckets.get(bucket, 0) + number
        self.count += other.count
        self.max_s = max(self.max_s, other.max_s)

    def difference(self, since: Histogram) -> Histogram:
        """Give what was noted after an earlier state; its longest time is that of a bucket."""
        buckets = {
            bucket: number - since.buckets.get(bucket, 0)
            for bucket, number in self.buckets.items()
            if number > since.buckets.get(bucket, 0)
        }
        longest_s = min(_middle_s(max(buckets)), self.max_s) if buckets else 0.0
        return Histogram(
            buckets=buckets,
            count=self.count - since.count,
            max_s=self.max_s if self.max_s > since.max_s else longest_s,
        )


class Measures:
    """Hears stations; one for all of a process, or one for each kind of them."""

    def __init__(self) -> None:
        self.times: dict[tuple[TimeGroup, str], Histogram] = {}
        """By group, and Action where the group has some."""
        self.counts: dict[CountGroup, dict[tuple[str, str], int]] = {}
        """By group, then by name and words."""

    def histogram(self, group: TimeGroup, name: str = "") -> Histogram:
        """Give the times of a group; an empty one where there are none."""
        return self.times.get((group, name)) or Histogram()

    def names(self, group: TimeGroup) -> list[str]:
        """Give the Actions of which a group has times, in the order of the alphabet."""
        return sorted(name for found, name in self.times if found is group)

    def count(self, group: CountGroup, name: str | None = None, words: str | None = None) -> int:
        """Count a group, or what has this name and these words in it."""
        return sum(
            number
            for (its_name, its_words), number in self.counts.get(group, {}).items()
            if name in (None, its_name) and words in (None, its_words)
        )

    def answered(self, action: str, answer_s: float, outcome: Outcome, detail: str = "") -> None:
        """Note what became of a CALL."""
        self._count(CountGroup.OUTCOME, action, outcome)
        if outcome in (Outcome.ANSWERED, Outcome.CALL_ERROR):
            self._time(TimeGroup.ANSWER, action, answer_s)

    def aged(self, action: str, age_s: float) -> None:
        """Note how old a message of a transaction was when it was acknowledged."""
        self._time(TimeGroup.AGE, action, age_s)

    def asked(self, action: str, status: str, took_s: float) -> None:
        """Note our answer to a CALL of the CSMS."""
        # The Action is a word of the CSMS, which may make up any number of them.
        is_known = (TimeGroup.ASKED, action) in self.times
        name = action if is_known or len(self.times) < DISTINCT_MAX else OTHERS
        self._count(CountGroup.STATUS, name, status)
        self._time(TimeGroup.ASKED, name, took_s)

    def connected(self, took_s: float) -> None:
        """Note a connection."""
        self._time(TimeGroup.CONNECT, "", took_s)

    def refused(self, step: str, why: str) -> None:
        """Note an attempt to connect that failed."""
        self._count(CountGroup.REFUSED, step, why)

    def lost(self, why: str) -> None:
        """Note the end of a connection."""
        self._count(CountGroup.LOST, "", why)

    def back(self, after_s: float) -> None:
        """Note that a connection is there again."""
        self._time(TimeGroup.BACK, "", after_s)

    def accepted(self, after_s: float) -> None:
        """Note that a station is Accepted."""
        self._time(TimeGroup.ACCEPTED, "", after_s)

    def kept_waiting(self) -> None:
        """Note a session that does not begin at once."""
        self._count(CountGroup.WAITING, "", "")

    def tag_refused(self, id_tag: str, status: str) -> None:
        """Note a tag that may not charge."""
        self._count(CountGroup.TAG_REFUSED, status, id_tag)

    def charging(self, after_s: float) -> None:
        """Note that a transaction runs."""
        self._time(TimeGroup.CHARGING, "", after_s)

    def settled(self, entry: BillEntry) -> None:
        """Leave the transactions to the bill."""

    def merge(self, other: Measures) -> None:
        """Note all that other ones have."""
        for key, times in other.times.items():
            self.times.setdefault(key, Histogram()).merge(times)
        for group, counts in other.counts.items():
            for (name, words), number in counts.items():
                self._count(group, name, words, number)

    def difference(self, since: Measures) -> Measures:
        """Give what was noted after an earlier state of these."""
        found = Measures()
        for key, times in self.times.items():
            later = times.difference(since.times.get(key) or Histogram())
            if later.count:
                found.times[key] = later
        for group, counts in self.counts.items():
            before = since.counts.get(group, {})
            for (name, words), number in counts.items():
                if number > (known := before.get((name, words), 0)):
                    found._count(group, name, words, number - known)
        return found

    def copy(self) -> Measures:
        """Give the state of now, to subtract it later."""
        found = Measures()
        found.merge(self)
        return found

    def to_builtins(self) -> dict[str, Any]:
        """Give them as JSON may hold them."""
        return {
            "times": [
                [
                    group.value,
                    name,
                    each.count,
                    each.max_s,
                    list(each.buckets.items()),
                ]
                for (group, name), each in self.times.items()
            ],
            "counts": [
                [group.value, name, words, number]
                for group, counts in self.counts.items()
                for (name, words), number in counts.items()
            ],
        }

    @classmethod
    def from_builtins(cls, content: dict[str, Any]) -> Measures:
        """Read what `to_builtins` gave."""
        found = cls()
        for group, name, count, max_s, buckets in content["times"]:
            times = Histogram(dict(map(tuple, buckets)), count, max_s)
            found.times[TimeGroup(group), name] = times
        for group, name, words, number in content["counts"]:
            found._count(CountGroup(group), name, words, number)
        return found

    def _time(self, group: TimeGroup, name: str, seconds: float) -> None:
        times = self.times.get((group, name))
        if times is None:
            times = self.times[group, name] = Histogram()
        times.add(seconds)

    def _count(self, group: CountGroup, name: str, words: str, number: int = 1) -> None:
        counts = self.counts.setdefault(group, {})
        key = name, str(words)
        if key not in counts and len(counts) >= DISTINCT_MAX:
            key = name, OTHERS
        counts[key] = counts.get(key, 0) + number


def _bucket(seconds: float) -> int:
    """Give the bucket of a time; 0 holds all below the shortest."""
    if seconds < SHORTEST_S:
        return 0
    return min(1 + int(log(seconds / SHORTEST_S) / _LOG_WIDTH), _LAST)


def _middle_s(bucket: int) -> float:
    """Give the time that a bucket stands for: the geometric middle of it."""
    return SHORTEST_S / 2 if bucket == 0 else float(SHORTEST_S * WIDTH ** (bucket - 0.5))
