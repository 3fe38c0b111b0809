"""What is typed to find messages: words, fields with a colon, a `!` before what is unwanted.

Pure: text in, a test of exchanges out. What cannot be understood is said, and nothing is left out.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from fnmatch import translate
from typing import TypeVar

from msgspec import Struct

from cp_tui.charge_point.variables import Direction, MessageKind
from cp_tui.explain.finding import Finding, Party, Severity
from cp_tui.tui.state.message_log import Fate, MessagePair
from cp_tui.tui.text.gaps import since_words, what_words
from cp_tui.tui.text.words import Clock

E = TypeVar("E", bound=StrEnum)

Test = Callable[[MessagePair], bool]
FindingTest = Callable[[Finding], bool]

ERRORS = frozenset({Fate.REFUSED, Fate.ERROR, Fate.INVALID, Fate.NO_ANSWER, Fate.IGNORED})

FIELD = re.compile(r"([A-Za-z_]+):(.*)")

LATENCY = re.compile(r"([<>])(\d{1,9}(?:\.\d{1,3})?)")

TIMES = ("from", "to")
"""The fields that take a time."""

SOON = timedelta(minutes=10)
"""A time that is so near to come is meant to come; the newest message is as old as its picture."""

ABOUT_FINDINGS = ("finding", "who")
"""The fields that are about what is wrong with a message of a log."""
OURS, DIFFERS = "ours", "differs"
"""The field about what our own charge point would have answered, and its value."""
PARTIES: Mapping[Party, tuple[str, ...]] = {
    Party.CHARGE_POINT: ("charge-point",),
    Party.CSMS: (),
    Party.NETWORK: (),
    Party.LOG: (),
}
"""What else people call them."""

CONNECTOR = re.compile(r"\d{1,9}")


class WrongFilter(ValueError):
    """What cannot be understood, and what is allowed in its place."""


class MessageFilter(Struct, frozen=True):
    """The exchanges that a person wants to see."""

    words: tuple[str, ...] = ()
    """Casefolded; each stands somewhere in the exchange."""
    unwanted: tuple[str, ...] = ()
    tests: tuple[Test, ...] = ()
    times: tuple[Test, ...] = ()
    about: tuple[FindingTest, ...] = ()
    """One finding of the exchange has to pass all of these."""
    whole: tuple[Test, ...] = ()
    """Those of the tests that need more than kind, action, direction, connector and result."""
    differs: bool = False
    """Only what our own charge point would have answered otherwise."""

    @property
    def takes_all(self) -> bool:
        """Whether it leaves nothing out."""
        chooses = self.times or self.tests or self.about or self.differs
        return not (chooses or self.needs_whole)

    @property
    def needs_whole(self) -> bool:
        """Whether an exchange has to be read whole to tell."""
        return bool(self.words or self.unwanted or self.whole)

    def takes_head(self, exchange: MessagePair) -> bool:
        """Whether an exchange may be wanted, as far as that can be told without its payloads."""
        return all(test(exchange) for test in (*self.times, *self.tests))

    def takes_finding(self, finding: Finding) -> bool:
        """Whether a finding is wanted, as far as it is up to the finding."""
        return all(test(finding) for test in self.about)

    def is_in_time(self, exchange: MessagePair) -> bool:
        """Whether it lies in the range of times; of a gap, a part of it."""
        return all(test(exchange) for test in self.times)

    def takes(self, exchange: MessagePair) -> bool:
        """Whether an exchange is wanted."""
        if self.about and not any(map(self.takes_finding, exchange.findings)):
            return False
        if self.differs and exchange.ours is None:
            return False
        for test in (*self.times, *self.tests, *self.whole):
            if not test(exchange):
                return False
        if not self.words and not self.unwanted:
            return True
        text = _text(exchange)
        return all(word in text for word in self.words) and not any(
            word in text for word in self.unwanted
        )


def message_filter(typed: str, clock: Clock) -> MessageFilter:
    """Read what was typed, with times by this clock; raises `WrongFilter`."""
    words: list[str] = []
    unwanted: list[str] = []
    tests: list[Test] = []
    times: list[Test] = []
    about: list[FindingTest] = []
    whole: list[Test] = []
    differs = False
    begin = _begin(typed, clock)
    for token in typed.split():
        # A minus as in searches of other programs, an exclamation mark as in all tables here.
        is_unwanted = token[0] in "!-"
        wanted = token[is_unwanted:]
        if not wanted:
            continue
        if _is_about_ours(wanted):
            if is_unwanted:
                whole.append(lambda exchange: exchange.ours is None)
            differs = differs or not is_unwanted
            continue
        if (of_finding := _finding_test(wanted)) is not None:
            if is_unwanted:
                whole.append(_none_of_its_findings(of_finding))
            else:
                about.append(of_finding)
            continue
        test = _test(wanted, clock, begin)
        if test is None:
            (unwanted if is_unwanted else words).append(wanted.casefold())
        else:
            name = wanted.casefold().partition(":")[0]
            kind = {"from": times, "to": times, "id": whole}.get(name, tests)
            kind.append(_not(test) if is_unwanted else test)
    return MessageFilter(
        tuple(words),
        tuple(unwanted),
        tuple(tests),
        tuple(times),
        tuple(about),
        tuple(whole),
        differs,
    )


def _begin(typed: str, clock: Clock) -> datetime | None:
    """Where the range of times begins, if it says so."""
    for token in typed.split():
        if token.casefold().startswith("from:"):
            with suppress(ValueError):
                return _moment(token[len("from:") :], clock)[0]
    return None


def _test(token: str, clock: Clock, begin: datetime | None) -> Test | None:
    """The test that a token stands for; None: it is a word to look for."""
    match token.casefold():
        case "error":
            return lambda exchange: exchange.fate in ERRORS
        case "composed":
            return lambda exchange: any(frame.is_composed for frame in exchange.frames)
    found = FIELD.fullmatch(token)
    if found is None or found[2].startswith("//"):
        return None
    name, value = found[1].casefold(), found[2]
    if name in TIMES:
        return _time(name, value, clock, begin if name == "to" else None)
    make = FIELDS.get(name)
    if make is None:
        known = ", ".join((*FIELDS, *TIMES, *ABOUT_FINDINGS, OURS))
        raise WrongFilter(f"no field {name!r}: there are {known}")
    return make(value)


def _is_about_ours(token: str) -> bool:
    """Whether a token asks for what ours would have answered otherwise."""
    name, colon, value = token.casefold().partition(":")
    if not colon or name != OURS:
        return False
    if value != DIFFERS:
        raise WrongFilter(f"{OURS}: takes {OURS}:{DIFFERS}, what ours would answer otherwise")
    return True


def _finding_test(token: str) -> FindingTest | None:
    """The test of a finding that a token stands for; None: it is about something else."""
    name, colon, value = token.partition(":")
    if not colon or name.casefold() not in ABOUT_FINDINGS:
        return None
    value = value.casefold()
    if name.casefold() == "who":
        return _who(value)
    if value in (each.value for each in Severity):
        return lambda finding: finding.severity.value == value
    is_like = _pattern(value)
    return lambda finding: is_like(finding.id)


def _who(value: str) -> FindingTest:
    for party in Party:
        if value == party.value or (value and value in PARTIES[party]):
            return lambda finding: finding.at_fault is party
    allowed = ", ".join(f"who:{party.value}" for party in Party)
    raise WrongFilter(f"who: takes one of {allowed}")


def _none_of_its_findings(test: FindingTest) -> Test:
    return lambda exchange: not any(map(test, exchange.findings))


def _text(exchange: MessagePair) -> str:
    """Everything of an exchange that words are looked for in; of a gap, what its line says."""
    if exchange.gap is not None:
        return f"{what_words(exchange.gap)}\n{since_words(exchange.gap)}"
    return "\n".join(
        [
            f"{frame.action}\n{frame.message_id}\n{frame.payload}\n{frame.result or ''}\n"
            f"{frame.reason_json or ''}"
            for frame in exchange.frames
        ]
    ).casefold()


def _not(test: Test) -> Test:
    return lambda exchange: not test(exchange)


def _pattern(value: str) -> Callable[[str], bool]:
    """The beginning of a text; with a wildcard, the whole of it."""
    if "*" in value or "?" in value:
        matches = re.compile(translate(value.casefold())).match
        return lambda text: matches(text.casefold()) is not None
    beginning = value.casefold()
    return lambda text: text.casefold().startswith(beginning)


def _action(value: str) -> Test:
    is_like = _pattern(_given("action", value, "action:Start*"))
    return lambda exchange: any(is_like(frame.action) for frame in exchange.frames)


def _message_id(value: str) -> Test:
    is_like = _pattern(_given("id", value, "id:4b1f*"))
    return lambda exchange: any(is_like(frame.message_id) for frame in exchange.frames)


def _result(value: str) -> Test:
    is_like = _pattern(_given("result", value, "result:Rejected"))
    return lambda exchange: any(is_like(f.result) for f in exchange.frames if f.result)


def _connector(value: str) -> Test:
    if CONNECTOR.fullmatch(value) is None:
        raise WrongFilter("conn: takes the number of a connector, such as conn:1")
    number = int(value)
    return lambda exchange: any(frame.connector_id == number for frame in exchange.frames)


def _direction(value: str) -> Test:
    wanted = _one_of(Direction, "dir", value)
    return lambda exchange: any(f.direction is wanted for f in exchange.frames[:1])


def _kind(value: str) -> Test:
    wanted = _one_of(MessageKind, "kind", value)
    return lambda exchange: any(frame.kind is wanted for frame in exchange.frames)


def _latency(value: str) -> Test:
    found = LATENCY.fullmatch(value)
    if found is None:
        raise WrongFilter("latency: takes milliseconds, such as latency:>500 or latency:<50")
    is_above, bound_ms = found[1] == ">", float(found[2])

    def test(exchange: MessagePair) -> bool:
        answer = exchange.answer
        if answer is None or answer.latency_ms is None:
            return False
        return answer.latency_ms > bound_ms if is_above else answer.latency_ms < bound_ms

    return test


def _time(name: str, value: str, clock: Clock, after: datetime | None) -> Test:
    """From a time on, or up to it; one that is typed to the minute holds until the next one."""
    try:
        begin, length = _moment(value, clock, after)
    except ValueError:
        example = f"{name}:14:02, {name}:14:02:30 or {name}:2026-01-05T14:02"
        raise WrongFilter(f"{name}: takes a time, such as {example}") from None
    if name == "from":
        return lambda exchange: _span(exchange)[1] >= begin
    return lambda exchange: _span(exchange)[0] < begin + length


def _span(exchange: MessagePair) -> tuple[datetime, datetime]:
    """When it began, which is what counts of a message; of a gap, from when to when it is."""
    if exchange.gap is not None:
        return exchange.gap.lost_at, exchange.gap.back_at
    return exchange.frames[0].at, exchange.frames[0].at


def _moment(value: str, clock: Clock, after: datetime | None = None) -> tuple[datetime, timedelta]:
    """The newest such time, or the first one after another; and how exactly it was typed."""
    day, has_day, at = value.upper().rpartition("T")
    length = timedelta(minutes=1) if at.count(":") == 1 else timedelta(seconds=1)
    if ":" not in at:
        raise ValueError
    hours, _, rest = at.partition(":")
    time_of_day = time.fromisoformat(f"{hours.zfill(2)}:{rest}")
    if has_day:
        return datetime.combine(date.fromisoformat(day), time_of_day, clock.zone), length
    wanted = clock.today if after is None else after.date()
    begin = datetime.combine(wanted, time_of_day, clock.zone)
    if after is None and begin > clock.now + SOON:
        # Nothing was sent in the time to come: the evening before is meant.
        wanted -= timedelta(days=1)
    elif after is not None and begin + length <= after:
        wanted += timedelta(days=1)
    return datetime.combine(wanted, time_of_day, clock.zone), length


def _one_of(kinds: type[E], field: str, value: str) -> E:
    found = next((kind for kind in kinds if kind.value.casefold() == value.casefold()), None)
    if found is None:
        allowed = ", ".join(f"{field}:{kind.value}" for kind in kinds)
        raise WrongFilter(f"{field}: takes one of {allowed}")
    return found


def _given(field: str, value: str, example: str) -> str:
    if not value:
        raise WrongFilter(f"{field}: takes the beginning of a word, such as {example}")
    return value


FIELDS: dict[str, Callable[[str], Test]] = {
    "action": _action,
    "conn": _connector,
    "dir": _direction,
    "id": _message_id,
    "kind": _kind,
    "latency": _latency,
    "result": _result,
}
"""Name of each field -> what makes a test of its value."""
