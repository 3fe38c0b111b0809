"""Going about in a log: where somebody is in it, and as of when everything is shown.

Nobody waits for what was known there: the place is another one at once, and the panes follow.
"""

from __future__ import annotations

from asyncio import sleep
from collections import Counter
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from time import perf_counter
from typing import Protocol

from msgspec.structs import replace

from cp_tui.explain.finding import Finding, Severity
from cp_tui.ocpp.calendar import later
from cp_tui.opened.log import ChargerOfLog, LogIndex
from cp_tui.shadow.answer import OtherAnswer
from cp_tui.tui.state.log_messages import LogMessages
from cp_tui.tui.state.log_state import SPEEDS, LogPlace, findings_about
from cp_tui.tui.state.message_log import MessagePair
from cp_tui.tui.state.store import SnapshotStore

NO_TIME = datetime(1970, 1, 1, tzinfo=UTC)
"""Stands for now where a log tells no times."""

SLICE_S = 0.008
"""So long it looks for a finding in one go."""

MIXED = "log.chargers_mixed"
Takes = Callable[[MessagePair], bool]
TakesFinding = Callable[[Finding], bool]


class LogToRead(Protocol):
    """A log, from the moment on at which it was asked for."""

    name: str
    """As it is called on the screen."""
    is_growing: bool
    """Whether more of it is read when it comes."""
    said: str
    """What has happened to it, in a line."""

    @property
    def index(self) -> LogIndex | None:
        """Its frames; None while it is read."""

    @property
    def is_judged(self) -> bool:
        """Whether all of it is judged."""

    @property
    def progress(self) -> float:
        """Of what goes on; from 0 to 1."""

    @property
    def problem(self) -> str:
        """Why it cannot be read, or why no more is found in it."""

    @property
    def is_reading(self) -> bool:
        """Whether its frames are not known yet."""

    @property
    def is_judging(self) -> bool:
        """Whether there may be more findings."""

    @property
    def is_comparing(self) -> bool:
        """Whether ours still lives through it."""


class Travel:
    """The place in a log; says so to the store, and to whoever shows it."""

    def __init__(
        self,
        log: LogToRead,
        store: SnapshotStore,
        moved: Callable[[], None],
        plays: Callable[[bool], None],
    ) -> None:
        """`moved` is called when everything is to be shown as of another instant, `plays` when the
        log is to go on by itself, or no more."""
        self.log = log
        self.messages: LogMessages | None = None
        """Of the charge point that is looked at; None: nothing is known of the log yet."""
        self.speed = SPEEDS[1]
        """How fast it is played, once it is."""
        self._store = store
        self._moved = moved
        self._plays = plays
        self._is_untouched = True
        """Nobody has gone anywhere yet."""
        self._known: tuple[object, ...] = ()
        self._findings: tuple[Finding, ...] = ()
        """Of the charge point, as far as they are known."""
        self._elsewhere: tuple[Finding, ...] = ()
        self._known_others: tuple[str | None, int] = None, 0
        """Of which charge point they were asked for last, and how many there were of all."""
        store.log_is(LogPlace(log.name))

    @property
    def place(self) -> LogPlace:
        """Where it is now."""
        found = self._store.snapshot.log
        assert found is not None
        return found

    def now(self) -> datetime:
        """The clock of the screen: that of the log."""
        return self.place.instant or NO_TIME

    @property
    def chargers(self) -> Mapping[str | None, ChargerOfLog]:
        """Those that speak in the log, by their names."""
        index = self.log.index
        return {} if index is None else {each.name: each for each in index.chargers}

    def findings_about(self, charger: str | None) -> tuple[Finding, ...]:
        """What is found about one of them so far."""
        index = self.log.index
        return () if index is None else findings_about(index.found.findings, charger)

    @property
    def by_interest(self) -> dict[str | None, Counter[Severity]]:
        """How much is found about each charge point, that with the most errors first, then by
        warnings."""
        index, order = self.log.index, tuple(Severity)
        found = Counter((e.charger, e.severity) for e in (index.found.findings if index else ()))
        numbers = {
            name: Counter({each: sum(found[who, each] for who in {name, None}) for each in order})
            for name in self.chargers
        }
        gravest = sorted(numbers, key=lambda name: [-numbers[name][each] for each in order])
        return {name: numbers[name] for name in gravest}

    def take_news(self) -> None:
        """Take in what was read and judged since."""
        log = self.log
        if self.messages is None and log.index is not None and log.index.chargers:
            self._begin(log.index.chargers[0])
        self._say(
            findings=self._found(),
            elsewhere=self._elsewhere,
            is_reading=log.is_reading,
            others=self._others(),
            is_judging=log.is_judging,
            is_comparing=log.is_comparing,
            is_growing=log.is_growing,
            progress=log.progress,
            problem=log.problem,
        )
        if log.is_judged and self._is_untouched:
            self._is_untouched = False
            self._look_at_the_worst()

    def renew(self, is_another: bool) -> None:
        """Go on in a newer reading of the log: in the same place, but at its end if one was there.

        `is_another`: it has no more to do with what was read before.
        """
        messages, place = self.messages, self.place
        if messages is None:
            return
        self._known, self._known_others = (), (None, -1)
        chargers = self.chargers
        was_at_end = place.number >= messages.last or place.charger not in chargers
        charger = chargers.get(place.charger) or next(iter(chargers.values()))
        if is_another or was_at_end:
            self._begin(charger)
        else:
            self._look_into(charger)
        self.take_news()

    def _look_at_the_worst(self) -> None:
        """Once all is known, look at the charge point that has errors, unless this one has."""
        worst = [*self.by_interest][:1]
        has_errors = any(each.severity is Severity.ERROR for each in self.place.findings)
        if worst and not has_errors and worst[0] != self.place.charger:
            self._begin(self.chargers[worst[0]])
            self._say(findings=self._found(), elsewhere=self._elsewhere)

    def look_at(self, charger: str | None) -> None:
        """Look at another of the charge points, at the same instant."""
        place = self.place
        self._is_untouched = False
        if charger != place.charger:
            self._begin(self.chargers[charger])
            self.take_news()
            if place.instant is not None:
                self.go_to(place.instant)

    def go_to_frame(self, number: int) -> None:
        """Go to a frame: it is the newest that counts."""
        self._is_untouched = False
        if self.messages is None:
            return
        number = self.messages.frame_before(min(max(number, 1), self.place.frames))
        at = self.messages.index.at(number)
        if number != self.place.number or (at and at != self.place.instant):
            self._go(number, at)

    def go_to_end(self) -> None:
        """Go to the last of what is known."""
        self._is_untouched = False
        if self.messages is not None:
            self._go(self.messages.last, _end(self.messages))

    def go_to(self, instant: datetime) -> None:
        """Go to an instant: what was known then, seen from then."""
        self._is_untouched = False
        messages = self.messages
        if messages is None:
            return
        index = messages.index
        first, last = index.reached(messages.first), _latest(messages)
        if first is not None and last is not None:
            instant = min(max(instant, first), last)
            self._go(index.place_at(instant, messages.places), instant)

    def go_to_part(self, part: float) -> None:
        """Go to a part of the log, from 0 (its beginning) to 1."""
        if self.messages is None:
            return
        index, first, last = self.messages.index, self.messages.first, self.messages.last
        begin, end = index.at(first), self.messages.end_at
        if begin is None or end is None or end <= begin:
            self.go_to_frame(round(first + (last - first) * part))
        else:
            self.go_to(begin + (end - begin) * part)

    def step(self, frames: int) -> None:
        """Go on, or back, by so many frames."""
        if self.messages is not None:
            self.go_to_frame(self.messages.stepped(self.place.number, frames))

    def shift(self, seconds: float) -> None:
        """Go on, or back, by so much time."""
        if self.place.instant is not None:
            self.go_to(later(self.place.instant, seconds))

    async def go_to_finding(
        self, step: int, takes: Takes, takes_finding: TakesFinding, *, is_ours: bool = False
    ) -> bool:
        """Go to the next (-1: the previous) message with a finding that passes a filter.

        `is_ours`: with another answer of ours in its place. False: there is none. Other keys are
        heard meanwhile; whoever goes elsewhere is left there.
        """
        messages, place, charger = self.messages, self.place.number, self.place.charger
        if messages is None:
            return False
        found, here = messages.index.found, messages.exchange_at(place)
        further = found.after if step > 0 else found.before
        others = messages.index.others.beyond(place, step) if is_ours else None

        def is_wanted(finding: Finding) -> bool:
            return finding.charger in (charger, None) and takes_finding(finding)

        until = perf_counter() + SLICE_S
        for there in further(place, is_wanted) if others is None else others:
            number = messages.exchange_at(there)
            exchange = messages.exchange(number) if messages.has(there) else None
            if exchange is not None and number != here and takes(exchange):
                self.go_to_frame(there)
                return True
            if perf_counter() > until:
                await sleep(0)
                if messages is not self.messages or self.place.number != place:
                    return True
                until = perf_counter() + SLICE_S
        return False

    def play(self) -> None:
        """Go on by itself, or stand still."""
        is_playing = self.place.speed > 0
        self._is_at_end = False
        self._say(speed=0.0 if is_playing else self.speed)
        self._plays(not is_playing)

    def set_speed(self, speed: float) -> None:
        """Say how many times as fast as then it is played."""
        self.speed = speed
        if self.place.speed:
            self._say(speed=speed)

    def go_on(self, seconds: float) -> None:
        """Let so much time pass while it is played; without times, a frame."""
        place, messages = self.place, self.messages
        if messages is None:
            return
        if place.instant is None or messages.index.reached(messages.last) is None:
            self.step(1)
        else:
            self.shift(seconds * place.speed)
        end = messages.end_at
        if self.place.number >= messages.last and not _is_before(self.place.instant, end):
            self.play()

    def _found(self) -> tuple[Finding, ...]:
        """What is found so far, worked out when there is more."""
        if self.messages is None:
            return ()
        known = self.place.charger, self.messages.index.found.version
        if known != self._known:
            self._known, self._findings = known, self.findings_about(self.place.charger)
            all_found = self.messages.index.found.findings
            names = (self.place.charger, None)
            self._elsewhere = tuple(each for each in all_found if each.charger not in names)
        return self._findings

    def _others(self) -> tuple[OtherAnswer, ...]:
        """What ours would have answered otherwise so far, worked out when there is more."""
        if self.messages is None:
            return ()
        others, charger = self.messages.index.others, self.place.charger
        if (charger, len(others)) != self._known_others:
            self._known_others = charger, len(others)
            return tuple(each for each in others.all if each.charger == charger)
        return self.place.others

    def _begin(self, charger: ChargerOfLog) -> None:
        """Look at a charge point, as it was when the log ended."""
        messages = self._look_into(charger)
        self._go(messages.last, _end(messages))

    def _look_into(self, charger: ChargerOfLog) -> LogMessages:
        """Look at a charge point, wherever one is in the log."""
        index = self.log.index
        assert index is not None
        self.messages = messages = LogMessages(index, charger)
        self._store.messages_are(messages)
        self._say(
            charger=charger.name,
            chargers={each.name: len(each.places) for each in index.chargers},
            is_mixed=any(note.id == MIXED for note in index.told.notes),
            frames=index.frames,
            begin=index.reached(messages.first),
        )
        return messages

    def _go(self, number: int, instant: datetime | None) -> None:
        self._say(number=number, instant=instant or self.place.instant)
        self._moved()

    def _say(self, **changes: object) -> None:
        self._store.log_is(replace(self.place, **changes))


def _end(messages: LogMessages) -> datetime | None:
    """The last instant of which something is known; None: the log tells no times."""
    return messages.end_at or messages.index.reached(messages.last)


def _latest(messages: LogMessages) -> datetime | None:
    """The latest instant that there is, also where the clock of the log has jumped back."""
    instants = messages.index.reached(messages.last), messages.end_at
    return max((each for each in instants if each is not None), default=None)


def _is_before(instant: datetime | None, end: datetime | None) -> bool:
    return instant is not None and end is not None and instant < end
