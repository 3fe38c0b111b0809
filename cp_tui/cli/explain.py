"""`cp-tui explain`: a log of anybody's, held against the standard."""

from __future__ import annotations

import gc
import os
import shutil
import sys
from argparse import Namespace
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import datetime, tzinfo
from functools import partial
from pathlib import Path
from textwrap import wrap as wrap_anywhere
from typing import Any

import msgspec
from msgspec.structs import replace

from cp_tui.cli.output import ExitStatus, complain, say, told_if_slow
from cp_tui.explain.catalogue import CATALOGUE
from cp_tui.explain.explain import Report, explain
from cp_tui.explain.finding import Finding, Severity
from cp_tui.explain.limits import rows
from cp_tui.ocpp.plural import count
from cp_tui.ocpp.printable import ascii_json, clean
from cp_tui.traces.opening import UnreadableTrace, faults_told
from cp_tui.traces.privacy import PrivateNames
from cp_tui.traces.reading import open_traces
from cp_tui.traces.record import RecordKind, ZoneFrom
from cp_tui.traces.times import zone_of
from cp_tui.traces.trace import Trace
from cp_tui.traces.writing import can_be_written, trace_lines

wrap = partial(wrap_anywhere, break_on_hyphens=False)
COLUMNS_MAX = 100
NAMED_MAX = 5
"""Charge points that are named above the findings."""
COLLECT_AT = 50_000
"""New objects after which they are looked through for circles."""
_ZONES = {
    ZoneFrom.STATED: "UTC",
    ZoneFrom.BY_FORMAT: "UTC",
    ZoneFrom.GIVEN: "UTC, by the zone that was given",
    ZoneFrom.ESTIMATED: "UTC; the log states no zone, currentTime of the CSMS told it",
}


class _Others:
    """What is told to others of all the files: a name has one stand-in, and there is one trace."""

    def __init__(self) -> None:
        self.names = PrivateNames()
        self.is_begun = False
        """Whether the trace is ours: one that was there before is not touched."""


def run(options: Namespace) -> int:
    """Explain each file; the gravest decides about the exit status."""
    try:
        return _run(options)
    except BrokenPipeError:
        # Who reads has seen enough, as `| head` has.
        _say_no_more()
        return ExitStatus.FAILED
    except OSError as error:
        _say_no_more()
        return complain(f"what was found cannot be written: {error.strerror}")


def _say_no_more() -> None:
    """Keep the interpreter from writing what is left when it ends."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _run(options: Namespace) -> int:
    if options.rules:
        print("\n".join(_rules()), flush=True)
        return ExitStatus.DONE
    if not options.files:
        return complain("which log? Name a file, or - for what comes over a pipe")
    try:
        zone = zone_of(options.zone) if options.zone else None
    except ValueError:
        return complain(f"--zone {options.zone}: it has to be such as +02:00 or Europe/Berlin")
    statuses: list[int] = []
    others = _Others()
    for file in options.files:
        try:
            statuses += _explained(file, options, zone, others)
        except UnreadableTrace as refusal:
            statuses.append(complain(str(refusal)))
    return max(statuses, default=ExitStatus.DONE)


@contextmanager
def _few_collections() -> Iterator[None]:
    """Look for garbage in circles seldom: records and findings have none, and there are many."""
    usual = gc.get_threshold()
    gc.freeze()
    gc.set_threshold(COLLECT_AT, *usual[1:])
    try:
        yield
    finally:
        gc.set_threshold(*usual)
        gc.unfreeze()


def _explained(
    file: str, options: Namespace, zone: tzinfo | None, others: _Others
) -> Iterator[int]:
    """Explain what is in a file; gives an exit status for each log."""
    with ExitStack() as stack:
        log = file
        if Path(file).is_dir():
            # Imported late: it takes what writes such a folder.
            from cp_tui.cli.log_file import log_within

            log = log_within(stack, file)
        yield from _explained_log(log, file, options, zone, others)


def _explained_log(
    log: str, file: str, options: Namespace, zone: tzinfo | None, others: _Others
) -> Iterator[int]:
    """Explain a log that is found in a file of this name."""
    with told_if_slow(f"reading {file} ..."), _few_collections(), faults_told(file):
        traces = open_traces(
            sys.stdin.buffer if file == "-" else log,
            format=options.format,
            charger=options.id,
            zone=zone,
        )
        if log != file:
            traces = [replace(trace, file=file) for trace in traces]
        reports = [_told_to_others(explain(trace), options, others.names) for trace in traces]
    if options.to_trace is not None:
        _write(traces, options, others)
    for trace, report in zip(traces, reports, strict=True):
        ours = None
        if options.ours:
            # Imported late: it takes the whole charge point.
            from cp_tui.cli.explain_ours import as_json, in_words, ours_in

            with faults_told(file):
                ours = ours_in(trace, is_anonymous=options.anonymous, shows_tags=options.show_tags)
        if options.json:
            told = _as_json(report) | ({} if ours is None else {"ours": as_json(ours)})
            print(ascii_json(msgspec.json.encode(told).decode()), flush=True)
        else:
            print("\n".join(_as_text(report)), flush=True)
            for line in () if ours is None else in_words(ours):
                print(line, flush=True)
        is_grave = report.has(Severity(options.fail_on))
        yield ExitStatus.FAILED if is_grave else ExitStatus.DONE


def _told_to_others(report: Report, options: Namespace, names: PrivateNames) -> Report:
    """Shorten tags in what is printed, or put other names for all that is private."""
    trace = report.trace
    if not options.anonymous and (options.show_tags or not report.findings):
        return report
    names.learn(trace.records)
    change = names.disguised_text if options.anonymous else names.shortened
    if options.anonymous:
        trace = msgspec.structs.replace(
            trace,
            chargers=tuple(name and names.stand_in(name) for name in trace.chargers),
            inferred_charger=trace.inferred_charger and names.stand_in(trace.inferred_charger),
        )
    findings = tuple(
        msgspec.structs.replace(
            each,
            charger=each.charger and change(each.charger),
            text=change(each.text),
            effect=change(each.effect),
            values={
                name: change(value) if isinstance(value, str) else value
                for name, value in each.values.items()
            },
        )
        for each in report.findings
    )
    return msgspec.structs.replace(report, trace=trace, findings=findings)


def _write(traces: list[Trace], options: Namespace, others: _Others) -> None:
    """Add the frames to the file for other tools.

    Raises:
        UnreadableTrace: the file cannot be written.
    """
    left_out = 0
    names = others.names if options.anonymous else None
    try:
        with options.to_trace.open("a" if others.is_begun else "x", encoding="utf-8") as file:
            others.is_begun = True
            for trace in traces:
                for line in trace_lines(trace.records, names):
                    file.write(f"{line}\n")
                left_out += sum(
                    each.kind is not RecordKind.LINK and not can_be_written(each)
                    for each in trace.records
                )
    except OSError as error:
        raise UnreadableTrace(f"{options.to_trace}: {error.strerror}") from None
    if left_out:
        what = count(left_out, "frame")
        say(f"{what} without time or direction, or not readable: the format has no place for that")


def _as_text(report: Report) -> Iterator[str]:
    width = min(shutil.get_terminal_size().columns - 1, COLUMNS_MAX)
    trace = report.trace
    yield clean(trace.file)
    yield from wrap(_what(trace), width)
    if trace.first and trace.last:
        yield from wrap(_when(trace), width)
    for finding in report.findings:
        yield ""
        yield from _finding_as_text(finding, width)
    yield ""
    if report.omitted:
        yield f"{count(report.omitted, 'more finding')} beyond those."
    yield _sum(report)


def _what(trace: Trace) -> str:
    counts = trace.counts
    names = [clean(name) for name in trace.chargers if name]
    if not names and trace.inferred_charger:
        names = [f"{clean(trace.inferred_charger)} (which it does not state)"]
    if len(names) > NAMED_MAX:
        names = [f"{len(names)} charge points"]
    who = f" of {', '.join(names)}" if names else ""
    parts = [
        f"{count(counts.calls, 'CALL')}, {count(counts.results, 'CALLRESULT')}, "
        f"{count(counts.errors, 'CALLERROR')}"
    ]
    for number, words in (
        (counts.unreadable, "not readable"),
        (counts.truncated, "cut off"),
        (counts.skipped, "passed over, as no frame"),
        (counts.doubled, "written twice"),
    ):
        if number:
            parts.append(f"{number} {words}")
    return f"Format {trace.format}, {count(counts.frames, 'frame')}{who}: {', '.join(parts)}"


def _when(trace: Trace) -> str:
    assert trace.first
    assert trace.last
    is_same_day = trace.first.date() == trace.last.date()
    end = f"{trace.last:%H:%M:%S}" if is_same_day else f"{trace.last:%Y-%m-%d %H:%M:%S}"
    return f"From {trace.first:%Y-%m-%d %H:%M:%S} to {end} {_ZONES.get(trace.zone, '')}"


def _finding_as_text(finding: Finding, width: int) -> Iterator[str]:
    rule = f" ({finding.rule})" if finding.rule else ""
    yield f"{finding.severity}: {finding.id}{rule}, at fault: {finding.at_fault.words}"
    place = [clean(finding.charger)] if finding.charger else []
    place += [_frames_in_words(finding)] if finding.frames else []
    if finding.count > 1:
        place.append(count(finding.count, "time"))
    lines = [", ".join(place), finding.text]
    if finding.effect:
        lines.append(f"Effect: {finding.effect}")
    if finding.cause:
        lines.append(f"It follows from {finding.cause}.")
    for line in lines:
        if line:
            yield from wrap(clean(line), width, initial_indent="  ", subsequent_indent="  ")


def _frames_in_words(finding: Finding) -> str:
    """Name the place: the main frame with its time, then the lines of the others."""
    main, *others = finding.frames
    found = f"frame {main.number}" if main.line is None else f"line {main.line}"
    if main.at is not None:
        found += f" at {main.at:%Y-%m-%d %H:%M:%S}"
    if others:
        kind = "frame" if main.line is None else "line"
        numbers = [str(each.number if main.line is None else each.line) for each in others]
        found += f" (with {kind}{'s' if len(numbers) > 1 else ''} {', '.join(numbers)})"
    return found


def _sum(report: Report) -> str:
    kinds = Counter(each.severity for each in report.findings)
    if not kinds[Severity.ERROR] + kinds[Severity.WARNING]:
        notes = f"; {count(kinds[Severity.NOTE], 'note')}" if kinds else ""
        return f"Nothing departs from the standard{notes}."
    return f"{', '.join(count(kinds[each], each.value) for each in Severity)}."


def _as_json(report: Report) -> dict[str, Any]:
    """Give the shape that programs read; it only ever grows."""
    trace, counts = report.trace, report.trace.counts
    return {
        "file": trace.file,
        "format": trace.format,
        "chargers": [name for name in trace.chargers if name],
        "inferred_charger": trace.inferred_charger,
        "first": _instant(trace.first),
        "last": _instant(trace.last),
        "zone": trace.zone,
        "counts": {
            "frames": counts.frames,
            "calls": counts.calls,
            "results": counts.results,
            "errors": counts.errors,
            "unreadable": counts.unreadable,
            "truncated": counts.truncated,
            "unanswered_calls": counts.unanswered_calls,
            "answers_without_call": counts.answers_without_call,
            "skipped": counts.skipped,
        },
        "findings": [_finding_as_json(each) for each in report.findings],
        "omitted": report.omitted,
    }


def _finding_as_json(finding: Finding) -> dict[str, Any]:
    return {
        "id": finding.id,
        "severity": finding.severity,
        "at_fault": finding.at_fault,
        "rule": finding.rule,
        "charger": finding.charger,
        "text": finding.text,
        "effect": finding.effect,
        "values": dict(finding.values),
        "count": finding.count,
        "cause": finding.cause,
        "frames": [
            {"number": each.number, "line": each.line, "at": _instant(each.at)}
            for each in finding.frames
        ],
    }


def _instant(at: datetime | None) -> str | None:
    return None if at is None else at.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _rules() -> Iterator[str]:
    """List what can be found, then the numbers by which it is judged."""
    for entry in CATALOGUE.values():
        section = f" ({entry.section})" if entry.section else ""
        yield f"{entry.id}: {entry.severity}{section}"
        yield f"    {entry.title}"
    yield ""
    yield "Numbers, in seconds where the name has no other unit:"
    for name, number in rows():
        yield f"    {name}: {number:g}"
