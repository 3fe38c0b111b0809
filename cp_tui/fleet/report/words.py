"""The parts of a report in words and numbers, the same in the table and on the page."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping

from cp_tui.fleet.quantities import duration
from cp_tui.fleet.report.fleet_report import ActionFigures, FleetReport, Times
from cp_tui.fleet.result import HELD_S
from cp_tui.ocpp.plural import count
from cp_tui.ocpp.printable import clean
from cp_tui.ocpp.units import energy

QUEUED_FACTOR = 3.0
QUEUED_S_MIN = 1.0
"""An age that is so much longer than its answer is a wait in the charge point, and not on the way.
"""
REASONS_MAX = 5
TAGS_MAX = 3
"""Of the tags that are refused, those that are named."""
REASON_LENGTH_MAX = 60
LABEL_MAX = 32
"""Characters of an Action or a status: the CSMS may make up longer ones."""
AT_LIMIT = (
    "the fleet itself is at its limit: times are partly its own; use fewer charge points for each"
    " process, or more processes (Locust)"
)
CLOSED_LOOP = (
    "messages waited in charge points, which have one request on its way at a time: the CSMS slows"
    " the load down, and the age tells what the answer does not"
)


class Grid(tuple[tuple[str, ...], ...]):
    """Rows of cells, the head first; the first column is text and all others are numbers."""


def brief(seconds: float) -> str:
    """Write a time with three digits: `0.42ms`, `12ms`, `1.25s`, `12.5s`, `2m05s`, `1h03m`."""
    if seconds < 0.9995:
        milliseconds = seconds * 1_000
        digits = 0 if milliseconds >= 9.95 else 1 if milliseconds >= 0.995 else 2
        return f"{milliseconds:.{digits}f}ms"
    if seconds < 99.95:
        return f"{seconds:.1f}s" if seconds >= 9.995 else f"{seconds:.2f}s"
    minutes, rest = divmod(round(seconds), 60)
    if minutes < 60:
        return f"{minutes}m{rest:02d}s"
    return f"{minutes // 60}h{minutes % 60:02d}m"


def head(report: FleetReport) -> str:
    """Say what was run."""
    number = count(report.started, "charge point")
    of_planned = f" of {report.planned}" if report.started != report.planned else ""
    url = clean(report.url)
    return f"{number}{of_planned}, {url}, {duration(round(report.elapsed_s))}, seed {report.seed}"


def actions(figures: Iterable[ActionFigures]) -> Grid:
    """Lay out the requests of charge points, and the times of their answers."""
    rows = [("request", "count", "error", "t-out", "lost", "per s", "p50", "p95", "p99", "max")]
    rows += [
        (
            each.action,
            f"{each.count}",
            f"{each.call_errors}",
            f"{each.timeouts}",
            f"{each.lost}",
            f"{each.per_second:.1f}",
            *_times(each.answer),
        )
        for each in figures
    ]
    return Grid(rows)


def spans(report: FleetReport) -> Grid:
    """Lay out all other times: ages of messages, connecting, recovering."""
    named = [
        *((f"age of {each.action}", each.age) for each in report.actions),
        ("connect", report.link.connect),
        ("power on to Accepted", report.power_to_accepted),
        ("swipe to transaction", report.swipe_to_charging),
        ("back", report.link.back),
    ]
    rows = [("time", "count", "p50", "p95", "p99", "max")]
    rows += [(name, f"{each.count}", *_times(each)) for name, each in named if each is not None]
    return Grid(rows)


def commands(report: FleetReport) -> Grid:
    """Lay out the requests of the CSMS, a row for each kind of answer."""
    rows = [("request of the CSMS", "answer", "count")]
    rows += [
        (label(each.action), label(status) or "answered", f"{number}")
        for each in report.commands
        for status, number in each.answers.items()
    ]
    return Grid(rows)


def link(report: FleetReport) -> Iterator[str]:
    """Say what became of connections."""
    figures = report.link
    refused = f"{sum(figures.refused.values())} refused{_reasons(figures.refused_reasons)}"
    yield f"connections: {figures.opened} opened, {refused}"
    if figures.unanswered:
        number = figures.unanswered
        yield f"handshakes without an answer for {HELD_S:g} s: up to {number} at a time"
    yield f"lost: {figures.losses}{_reasons(figures.loss_reasons)}"
    if figures.recoveries_s:
        times = ", ".join(brief(each) for each in figures.recoveries_s)
        yield f"recovery (more than 10 % lost, to 99 % Accepted): {times}"
    if figures.is_away:
        yield "recovery: at the end more than 10 % were still missing"


def unanswered(number: int, started: int) -> str:
    """Say that the CSMS takes connections, and no more."""
    return f"{number} of {started} are connected, and the CSMS does not answer their handshake"


def bill(report: FleetReport) -> Iterator[str]:
    """Say what the bill comes to."""
    sums = report.bill
    waiting = f", {sums.open} open" if sums.open else ""
    given_up = f", {sums.given_up} given up" if sums.given_up else ""
    of_before = f", {sums.taken_over} of them taken over" if sums.taken_over else ""
    yield (
        f"transactions: {sums.begun} begun{of_before}, {sums.acknowledged} acknowledged"
        f"{waiting}{given_up}, {sums.lost} lost, {sums.doubled} doubled"
    )
    made, acknowledged = energy(sums.wh_made), energy(sums.wh_acknowledged)
    if made == acknowledged and sums.wh_made != sums.wh_acknowledged:
        made, acknowledged = f"{sums.wh_made} Wh", f"{sums.wh_acknowledged} Wh"
    yield f"energy: {made} made, {acknowledged} acknowledged"
    yield (
        f"MeterValues: {sums.values_made} made, {sums.values_delivered} delivered,"
        f" {sums.values_dropped} dropped, {sums.values_given_up} given up"
    )
    if sums.sent_again:
        again = count(sums.sent_again, "message")
        yield f"sent again with the same id: {again}, after an answer that was lost"
    if report.tags_refused:
        yield _tags_refused(report.tags_refused)


def _tags_refused(by_status: Mapping[str, Mapping[str, int]]) -> str:
    """Say how many were refused, by what status, and which most often."""
    statuses = {status: sum(tags.values()) for status, tags in by_status.items()}
    of_tags = Counter[str]()
    for tags in by_status.values():
        of_tags.update(tags)
    most = ", ".join(f"{label(tag)} {number}" for tag, number in of_tags.most_common(TAGS_MAX))
    others = ", ..." if len(of_tags) > TAGS_MAX else ""
    return f"tags refused: {sum(statuses.values())}{_reasons(statuses)}, by tag: {most}{others}"


def itself(report: FleetReport) -> Iterator[str]:
    """Say how the fleet itself fared."""
    figures = report.itself
    late = (
        f"timers late by {brief(figures.lag_p50_s)} (p50), {brief(figures.lag_p99_s)} (p99),"
        f" {brief(figures.lag_max_s)} (max)"
    )
    timers = late if figures.lag_max_s else "no timer was due"
    memory = f"{figures.memory_kib / 1024:.0f} MiB"
    yield f"the fleet itself: {figures.cpu_share:.0%} of a core, {memory}, {timers}"
    for text in figures.error_texts:
        yield f"error inside: {clean(text)}"


def misbehaving(report: FleetReport) -> Iterator[str]:
    """Say what those that misbehave met; their failures fail nothing."""
    figures = report.misbehaving
    if figures is None:
        return
    requests = sum(each.count for each in figures.actions)
    failures = sum(each.failures for each in figures.actions)
    refused = sum(figures.refused.values())
    of_before = f", {figures.taken_over} of them taken over" if figures.taken_over else ""
    yield (
        f"misbehaving: {count(report.started - report.behaving, 'charge point')},"
        f" {count(requests, 'request')}, {failures} failed; connections refused: {refused},"
        f" lost: {figures.losses}; transactions: {figures.begun} begun{of_before},"
        f" {figures.acknowledged} acknowledged"
    )


def hints(report: FleetReport) -> Iterator[str]:
    """Say what the figures do not say by themselves."""
    if report.itself.is_at_limit:
        yield AT_LIMIT
    if any(_waited(each, report.link.back is not None) for each in report.actions):
        yield CLOSED_LOOP
    yield from map(clean, report.notes)


def nothing_tested(report: FleetReport) -> str:
    """Say why a run says nothing of the CSMS: whoever misbehaves tests nothing."""
    if report.started and not report.behaving:
        return "nothing was tested: all charge points misbehave"
    if report.link.unanswered:
        said = unanswered(report.link.unanswered, report.started)
        return f"nothing was tested: {said}"
    whose = "charge point" if report.misbehaving is None else "charge point that behaves"
    return f"nothing was tested: no {whose} was ever Accepted"


def verdicts(report: FleetReport) -> Iterator[tuple[bool, str]]:
    """Give each limit and each fault, and whether it is held."""
    if report.tested_nothing:
        yield False, nothing_tested(report)
    yield from ((False, clean(text)) for text in report.faults)
    # Where nothing was tested nothing has held either.
    limits = (each for each in report.limits if not (each.is_held and report.tested_nothing))
    yield from ((each.is_held, each.words) for each in limits)


def conclusion(report: FleetReport) -> str:
    """Say in a line what came of it."""
    held = [is_held for is_held, _ in verdicts(report)]
    if broken := held.count(False):
        return f"failed: {broken} of {len(held)}"
    return f"passed: {len(held)} of {len(held)}"


def accepted(report: FleetReport) -> str:
    """Say how many were Accepted."""
    return f"Accepted: {report.accepted} of {report.behaving} that behave"


def label(text: str) -> str:
    """Show a word of the CSMS, which may be of any length."""
    return _cut(text, LABEL_MAX)


def _cut(text: str, length: int) -> str:
    """Show so much of a text, and that there is more."""
    shown = clean(text)
    return shown if len(shown) <= length else f"{shown[: length - 1]}…"


def _times(times: Times | None) -> tuple[str, str, str, str]:
    if times is None:
        return ("-", "-", "-", "-")
    return (brief(times.p50_s), brief(times.p95_s), brief(times.p99_s), brief(times.max_s))


def _waited(figures: ActionFigures, were_away: bool) -> bool:
    """Say whether messages were held up by those before them, and not by a connection that is lost
    or has lost its power: where some were, half of all must have waited."""
    if figures.age is None or figures.answer is None:
        return False
    name = "p50_s" if were_away else "p99_s"
    age, answer = (float(getattr(each, name)) for each in (figures.age, figures.answer))
    return age > answer * QUEUED_FACTOR + QUEUED_S_MIN


def _reasons(reasons: Mapping[str, int]) -> str:
    """Name the most frequent ones."""
    often = sorted(reasons.items(), key=lambda each: -each[1])
    named = [f"{number} {_cut(text, REASON_LENGTH_MAX)}" for text, number in often[:REASONS_MAX]]
    more = (
        f", and {sum(n for _, n in often[REASONS_MAX:])} other" if len(often) > REASONS_MAX else ""
    )
    return f" ({', '.join(named)}{more})" if named else ""
