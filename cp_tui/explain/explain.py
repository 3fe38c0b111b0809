"""From a log to what is wrong in it: every rule over the records of every charge point, once.

The log is walked twice and never kept: first to see what it holds at all, then to judge it. What
is found again is folded into one finding; a cause stands before what follows from it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from types import MappingProxyType

import msgspec
from msgspec import Struct

from cp_tui.explain.catalogue import CATALOGUE
from cp_tui.explain.families.authorization import AuthorizationRules
from cp_tui.explain.families.availability import AvailabilityRules
from cp_tui.explain.families.boot import BootAnswerRules, BootRules
from cp_tui.explain.families.boot_after import BootAgainRules, StatusAfterBootRules
from cp_tui.explain.families.calls import CallRules
from cp_tui.explain.families.clocks import ClockRules
from cp_tui.explain.families.composite import CompositeRules
from cp_tui.explain.families.configuration import ConfigurationRules
from cp_tui.explain.families.frames import FrameRules
from cp_tui.explain.families.heartbeat import HeartbeatRules
from cp_tui.explain.families.limits import LimitRules
from cp_tui.explain.families.link import DoubleConnectionRules, LinkRules, PingRules
from cp_tui.explain.families.local_list import LocalListRules
from cp_tui.explain.families.log import RecordingRules, noted
from cp_tui.explain.families.meter_values import MeterValuesRules
from cp_tui.explain.families.profiles import ProfileRules
from cp_tui.explain.families.progress import ProgressRules
from cp_tui.explain.families.registers import RegisterRules
from cp_tui.explain.families.remote import RemoteRules
from cp_tui.explain.families.reservation import ReservationRules
from cp_tui.explain.families.resets import DataTransferRules, ResetRules, UnlockRules
from cp_tui.explain.families.retry import RetryRules
from cp_tui.explain.families.schema import SchemaRules
from cp_tui.explain.families.security import SecurityRules
from cp_tui.explain.families.status import StatusRules
from cp_tui.explain.families.status_and_transaction import StatusAndTransactionRules
from cp_tui.explain.families.stop import StopRules
from cp_tui.explain.families.transactions import TransactionRules
from cp_tui.explain.families.triggers import TriggerRules
from cp_tui.explain.family import Family
from cp_tui.explain.finding import Finding, FrameRef, Severity, ref
from cp_tui.explain.known import Known
from cp_tui.explain.survey import FileKnown
from cp_tui.ocpp.action import Action
from cp_tui.traces.record import LinkKind, Record, RecordKind
from cp_tui.traces.trace import Trace

FINDINGS_MAX = 10_000
"""Different ones that are kept; a log in which everything is wrong has one for each line."""
BY_ACTION_MAX = 200
"""Lists of families that are remembered: few differ."""
FRAMES_MAX = 5
"""Frames that a finding names."""

SIMPLE: tuple[Callable[[], Family], ...] = (
    RecordingRules,
    FrameRules,
    SchemaRules,
    CallRules,
)
"""What can be judged without knowing which charge point is which."""
FAMILIES: tuple[Callable[[], Family], ...] = (
    *SIMPLE,
    BootRules,
    BootAnswerRules,
    StatusAfterBootRules,
    BootAgainRules,
    HeartbeatRules,
    LinkRules,
    PingRules,
    DoubleConnectionRules,
    StatusRules,
    StatusAndTransactionRules,
    AuthorizationRules,
    TransactionRules,
    RegisterRules,
    MeterValuesRules,
    StopRules,
    RemoteRules,
    RetryRules,
    ConfigurationRules,
    ProfileRules,
    CompositeRules,
    LimitRules,
    ReservationRules,
    LocalListRules,
    AvailabilityRules,
    TriggerRules,
    UnlockRules,
    ResetRules,
    DataTransferRules,
    ProgressRules,
    SecurityRules,
    ClockRules,
)
"""All rules, in the order of the catalogue."""

CAUSES: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "call.unanswered": ("tx.minus_one_id", "tx.stop_before_conf", "retry.given_up"),
        "call.error_answer": ("retry.given_up",),
        "tx.meter_stop_below_start": ("tx.register_falls", "tx.meter_stop_mismatch"),
        "status.illegal_transition": ("status.contradicts_transaction",),
        "profile.malformed": ("profile.wrongly_accepted",),
    }
)
"""Id of a finding -> ids of those that follow from it where they come after it."""


class Report(Struct, frozen=True):
    """What was found in a log."""

    trace: Trace
    findings: tuple[Finding, ...]
    """In the order of the log, each after what it follows from."""
    omitted: int = 0
    """Findings beyond `FINDINGS_MAX`."""

    def has(self, severity: Severity) -> bool:
        """Say whether anything as grave as this, or graver, was found."""
        return any(each.severity in severity.as_grave for each in self.findings)


class _Following(Struct, frozen=True, gc=False):
    """A family at work: looked up once, asked at every record."""

    family: Family
    take: Callable[[Record, Known], Iterable[Finding]]
    bit: int
    """Of its place among all."""
    may_wait: bool


class Speaker:
    """One charge point with the rules that follow it."""

    def __init__(self, known: Known, families: Iterable[Callable[[], Family]]) -> None:
        self.known = known
        self._families = [family() for family in families]
        self.newest: Record | None = None
        """The newest frame."""
        self._breaks = 0
        self._waiting = 0
        """Which families wait, a bit for each."""
        self._all = [self._following(place) for place in range(len(self._families))]
        self._by_action: dict[tuple[Action, int], list[_Following]] = {}
        for following in self._all:
            self._note_waiting(following)

    def take(self, record: Record) -> Iterable[Finding]:
        """Judge the next record."""
        known, found = self.known, list[Finding]()
        known.meet(record)
        if record.number:
            self.newest = record
        for following in self._concerned():
            for finding in following.take(record, known):
                found.append(self._placed(finding))
            if following.may_wait:
                self._note_waiting(following)
        known.learn(record)
        return found

    def _following(self, place: int) -> _Following:
        family = self._families[place]
        may_wait = type(family).is_waiting is not Family.is_waiting
        return _Following(family, family.take, 1 << place, may_wait)

    def _note_waiting(self, following: _Following) -> None:
        if following.family.is_waiting:
            self._waiting |= following.bit
        else:
            self._waiting &= ~following.bit

    def _concerned(self) -> list[_Following]:
        """Give the families that the record in hand concerns, in their order."""
        known, action = self.known, self.known.exchange.action
        is_broken, self._breaks = known.breaks != self._breaks, known.breaks
        if action is None or is_broken or known.is_gap:
            return self._all
        concerned = self._by_action.get((action, self._waiting))
        if concerned is None:
            concerned = self._by_action[action, self._waiting] = [
                each
                for each in self._all
                if action in each.family.ACTIONS or each.bit & self._waiting
            ]
            if len(self._by_action) > BY_ACTION_MAX:
                del self._by_action[next(iter(self._by_action))]
        return concerned

    def at_end(self) -> Iterable[Finding]:
        for family in self._families:
            yield from map(self._placed, family.at_end(self.known))

    def _placed(self, finding: Finding) -> Finding:
        """Say of which charge point a finding is, and where in the log.

        An event of the connection counts as the frame that it stands before or behind.
        """
        charger = self.known.charger
        if all(frame.number for frame in finding.frames):
            return msgspec.structs.replace(finding, charger=charger)
        record = self.known.record
        is_begin = record and record.link and record.link.event is not LinkKind.CLOSE
        newest = self.newest
        number, place = (newest.number, newest.place) if newest else (0, 0)
        if is_begin or not newest:
            number, place = number + (-1 if newest and newest.passed else 1), place + 1
        frames = tuple(
            frame if frame.number else FrameRef(max(number, 1), frame.line, frame.at, place)
            for frame in finding.frames
        )
        return msgspec.structs.replace(finding, charger=charger, frames=frames)


class _Folded:
    """All findings so far, those of one matter folded into one."""

    def __init__(self) -> None:
        self.findings: list[Finding] = []
        self._slots: dict[tuple[object, ...], int] = {}
        self.omitted = 0

    def add(self, new: Finding) -> int | None:
        """Take a finding in; gives its place among the findings, None where there are too many."""
        key = (new.id, new.charger, new.at_fault, new.severity, new.matter)
        slot = self._slots.get(key)
        if slot is not None:
            self.findings[slot] = _folded(self.findings[slot], new)
        elif len(self.findings) < FINDINGS_MAX:
            slot = self._slots[key] = len(self.findings)
            self.findings.append(new)
        else:
            self.omitted += 1
        return slot

    def ordered(self) -> list[int]:
        order = {id_: place for place, id_ in enumerate(CATALOGUE)}

        def key(slot: int) -> tuple[int, int]:
            found = self.findings[slot]
            return _place(found), order[found.id]

        return sorted(range(len(self.findings)), key=key)


def _place(finding: Finding) -> int:
    """Say where in the course of the log a finding stands."""
    return finding.frames[0].passed if finding.frames else 0


def _with_known(finding: Finding, newest: Record | None) -> Finding:
    """Note with which frame a finding was made, where that is not the one it is about."""
    known_with = ref(newest) if newest is not None else None
    if known_with is None or not 0 < _place(finding) < known_with.passed:
        return finding
    return msgspec.structs.replace(finding, known_with=known_with)


def _folded(old: Finding, new: Finding) -> Finding:
    frames = old.frames
    if len(frames) < FRAMES_MAX and new.frames and new.frames[0] not in frames:
        frames = (*frames, new.frames[0])
    return msgspec.structs.replace(old, count=old.count + new.count, frames=frames)


def _with_causes(findings: Iterable[Finding]) -> Iterable[Finding]:
    """Name for each finding what it follows from; a cause comes before, as its frames do."""
    causes: dict[tuple[str, str | None], str] = {}
    for finding in findings:
        cause = causes.get((finding.id, finding.charger), "")
        yield msgspec.structs.replace(finding, cause=cause) if cause else finding
        for symptom in CAUSES.get(finding.id, ()):
            causes.setdefault((symptom, finding.charger), finding.id)


class Judging:
    """A log being judged, record by record, after it was looked through once."""

    def __init__(self, trace: Trace, records: Iterable[Record] | None = None) -> None:
        """Look through the log; `records` are those of the trace, where somebody counts along."""
        self._trace = trace
        self._file = FileKnown()
        self._file.is_mixed = trace.is_mixed
        self._file.has_other_protocol = any(note.id == "log.other_protocol" for note in trace.notes)
        self._file.walk(trace.records if records is None else records)
        self._folded = _Folded()
        self._speakers: dict[str | None, Speaker] = {}

    @property
    def findings(self) -> Sequence[Finding]:
        """Those so far, in the order in which each was first found."""
        return self._folded.findings

    def begin(self) -> Iterator[tuple[int, Finding]]:
        """Tell what is known before the first record: matters of the recording."""
        return self._added(noted(self._trace))

    def take(self, record: Record) -> Iterator[tuple[int, Finding]]:
        """Judge the next record; gives what it shows, each with its place among the findings."""
        speaker = self._speakers.get(record.charger)
        if speaker is None:
            survey = self._file.surveys.get(record.charger)
            if survey is None:
                return
            known = Known(record.charger, survey, self._file)
            speaker = Speaker(known, SIMPLE if self._trace.is_mixed else FAMILIES)
            self._speakers[record.charger] = speaker
        yield from self._added(speaker.take(record), speaker)
        if record.at is not None and record.kind is not RecordKind.LINK:
            self._file.last_at = record.at

    def end(self) -> Iterator[tuple[int, Finding]]:
        """Judge what was still open when the log ended."""
        for speaker in self._speakers.values():
            yield from self._added(speaker.at_end(), speaker)

    def _added(
        self, findings: Iterable[Finding], speaker: Speaker | None = None
    ) -> Iterator[tuple[int, Finding]]:
        for finding in findings:
            slot = self._folded.add(_with_known(finding, speaker.newest if speaker else None))
            if slot is not None:
                yield slot, finding

    def order(self) -> list[int]:
        """Give the places of the findings as they are told: in the order of the log."""
        return self._folded.ordered()

    def report(self) -> Report:
        findings = _with_causes(self.findings[slot] for slot in self.order())
        return Report(self._trace, tuple(findings), self._folded.omitted)


def explain(trace: Trace) -> Report:
    """Judge a log."""
    judging = Judging(trace)
    spent(judging.begin())
    for record in trace.records:
        spent(judging.take(record))
    spent(judging.end())
    return judging.report()


def spent(findings: Iterable[object]) -> None:
    """Let all be found, where only the end of it counts."""
    for _ in findings:
        pass
