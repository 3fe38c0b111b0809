"""What there is to say about a recording itself: material for the findings `log.*`.

The gaps are not among it: to know one, what the conversation says must be followed.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from cp_tui.ocpp.plural import count
from cp_tui.traces.lines import LINE_MAX
from cp_tui.traces.pairing import Pairs
from cp_tui.traces.record import ANSWERS, DirectionFrom, FrameDirection, ZoneFrom
from cp_tui.traces.survey import KIND_OF, NAMED_MAX, LogSurvey, NotedFrames
from cp_tui.traces.trace import LogNote

ONE_SIDED_MIN = 10
"""Frames that a log has at least before it is called one-sided."""

_WORDS = {
    "log.truncated_frame": "was cut off by who wrote the log",
    "log.damaged": "does not agree with the fields that stand beside it",
    "log.duplicate": "was written once more by a second logger, and counts once",
    "log.masked": "has values that are masked; what needs them is not judged",
    "log.other_protocol": "is of another version of OCPP, or SOAP; only 1.6J is judged",
    "log.time_backwards": "has a time before that of the one above it",
}


def notes_of(
    survey: LogSurvey, pairs: Pairs, zone: ZoneFrom, *, is_reversed: bool
) -> tuple[LogNote, ...]:
    """Give all that there is to say."""
    found = [
        note_of(id, noted)
        for id, noted in survey.noted.items()
        if not (is_reversed and id == "log.time_backwards")
    ]
    if is_reversed:
        text = "The newest entry stands first; the log was read from its end."
        found.append(LogNote("log.newest_first", text))
    found += _one_sided(survey, pairs)
    found += _zone(survey, zone)
    if any(
        pairs.direction_from(frame) in (DirectionFrom.ACTION, DirectionFrom.PAIR)
        for frame in range(survey.frames)
    ):
        text = "The log does not say who sent what; it was told by the actions and the answers."
        found.append(LogNote("log.direction_inferred", text))
    if survey.is_mixed:
        text = (
            "Several charge points seem to speak, and the log does not say which; only frames, "
            "fields and pairs are judged."
        )
        found.append(LogNote("log.chargers_mixed", text))
    return tuple(found)


def note_of(id: str, noted: NotedFrames) -> LogNote:
    """Put one matter into words."""
    head = "A frame" if noted.count == 1 else f"Each of {count(noted.count, 'frame')}"
    return LogNote(
        id,
        f"{head} {_WORDS[id]}.",
        tuple(noted.numbers),
        tuple(noted.lines),
        noted.count,
    )


def cut_lines(numbers: Sequence[int]) -> LogNote:
    """Tell of lines that are longer than what is kept of one."""
    head = "A line is" if len(numbers) == 1 else f"{count(len(numbers), 'line')} are"
    text = f"{head} longer than {LINE_MAX >> 20} MiB; what stands behind that was left out."
    return LogNote("log.truncated_frame", text, (), tuple(numbers[:NAMED_MAX]), len(numbers))


def _one_sided(survey: LogSurvey, pairs: Pairs) -> Iterator[LogNote]:
    if survey.frames < ONE_SIDED_MIN:
        return
    ways = {pairs.direction(frame) for frame in range(survey.frames)} - {None}
    kinds = {KIND_OF[kind] for kind in set(survey.kinds)}
    if kinds.isdisjoint(ANSWERS):
        yield LogNote("log.one_sided", "The log has no answers; nothing is said about them.")
    elif len(ways) == 1:
        side = "the charge point" if FrameDirection.TO_CSMS in ways else "the CSMS"
        text = f"The log has only what {side} sent; nothing is said about answers."
        yield LogNote("log.one_sided", text)


def _zone(survey: LogSurvey, zone: ZoneFrom) -> Iterator[LogNote]:
    if zone is ZoneFrom.ESTIMATED:
        text = "The log does not state its time zone; it was told by currentTime of the CSMS."
        yield LogNote("log.zone_assumed", text)
    elif zone is ZoneFrom.NONE:
        text = (
            "The log has no times that can be told; only the order counts."
            if survey.rises + survey.falls == 0
            else "The log does not state its time zone, and nothing in it tells; "
            "only the order counts."
        )
        yield LogNote("log.zone_assumed", text)
