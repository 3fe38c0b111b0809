"""Makes the report of a run out of what was measured."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from itertools import starmap

from msgspec.structs import replace

from cp_tui import __version__
from cp_tui.fleet.arrivals import ends_at_s
from cp_tui.fleet.bill import Bill
from cp_tui.fleet.limits import LimitVerdict, limits_of, verdict
from cp_tui.fleet.measures import CountGroup, Histogram, Measures, TimeGroup
from cp_tui.fleet.plan import FleetPlan
from cp_tui.fleet.quantities import duration
from cp_tui.fleet.report.figures import figure_of
from cp_tui.fleet.report.fleet_report import (
    GIVEN_TWICE,
    NOT_ACKNOWLEDGED,
    ActionFigures,
    BillFigures,
    CommandFigures,
    FleetReport,
    ItselfFigures,
    LinkFigures,
    MisbehavingFigures,
    TimelinePoint,
    Times,
)
from cp_tui.fleet.result import FleetFigures, FleetMoment, FleetResult
from cp_tui.fleet.stream_order import StationPhase
from cp_tui.fleet.watcher import Outcome
from cp_tui.ocpp.datatypes import format_date_time
from cp_tui.ocpp.plural import count

_CONNECTED = (StationPhase.OPEN, StationPhase.ACCEPTED, StationPhase.CHARGING)
_ACCEPTED = (StationPhase.ACCEPTED, StationPhase.CHARGING)


def report_of(
    plan: FleetPlan,
    result: FleetResult,
    faults: Iterable[str] = (),
    notes: Iterable[str] = (),
    billed: Iterable[LimitVerdict] = (),
    *,
    is_over: bool = True,
) -> FleetReport:
    """Make it, and judge it by the limits of the plan.

    `faults` are further reasons to fail, and `billed` is what came of the table of the CSMS. While
    a run is not over, what is not measured yet may still be.
    """
    measures, elapsed_s = result.measures, result.figures.elapsed_s
    report = FleetReport(
        version=__version__,
        url=plan.url,
        seed=plan.seed,
        began_at=format_date_time(result.began_at),
        elapsed_s=elapsed_s,
        planned=result.planned,
        started=result.started,
        behaving=result.behaving,
        accepted=result.accepted,
        power_to_accepted=_times(measures, TimeGroup.ACCEPTED),
        swipe_to_charging=_times(measures, TimeGroup.CHARGING),
        actions=_actions(measures, elapsed_s),
        link=_link(result),
        commands=_commands(measures),
        bill=_bill(result.bill),
        tags_refused=_tags_refused(measures),
        itself=_itself(result),
        misbehaving=_misbehaving(result),
        faults=(*_faults(plan, result), *faults),
        notes=(*_notes(plan, result), *notes),
        limits=(),
        timeline=tuple(map(_point, result.timeline)),
    )
    limits = [
        verdict(each, lambda name: figure_of(report, name), is_over=is_over)
        for each in limits_of(plan.fail_if)
    ]
    return replace(report, limits=(*limits, *billed))


def _times(measures: Measures, group: TimeGroup, name: str = "") -> Times | None:
    return _spread(measures.histogram(group, name))


def _spread(times: Histogram) -> Times | None:
    if not times.count:
        return None
    p50, p95, p99 = (times.quantile(part) for part in (0.5, 0.95, 0.99))
    return Times(times.count, p50, p95, p99, times.max_s)


def _actions(measures: Measures, elapsed_s: float) -> tuple[ActionFigures, ...]:
    outcomes = measures.counts.get(CountGroup.OUTCOME, {})
    names = sorted({name for name, _ in outcomes} | {*measures.names(TimeGroup.AGE)})
    figures = []
    for name in names:
        number = {each: outcomes.get((name, each.value), 0) for each in Outcome}
        total = sum(number.values())
        figures.append(
            ActionFigures(
                action=name,
                count=total,
                call_errors=number[Outcome.CALL_ERROR],
                timeouts=number[Outcome.TIMEOUT],
                lost=number[Outcome.LOST],
                per_second=total / elapsed_s if elapsed_s else 0.0,
                answer=_times(measures, TimeGroup.ANSWER, name),
                age=_times(measures, TimeGroup.AGE, name),
            )
        )
    return tuple(figures)


def _link(result: FleetResult) -> LinkFigures:
    measures = result.measures
    return LinkFigures(
        opened=measures.histogram(TimeGroup.CONNECT).count,
        refused=_by_name(measures, CountGroup.REFUSED),
        refused_reasons=_by_words(measures, CountGroup.REFUSED),
        unanswered=result.unanswered,
        connect=_times(measures, TimeGroup.CONNECT),
        losses=measures.count(CountGroup.LOST),
        loss_reasons=_by_words(measures, CountGroup.LOST),
        back=_times(measures, TimeGroup.BACK),
        recoveries_s=result.recoveries_s,
        is_away=result.is_away,
    )


def _commands(measures: Measures) -> tuple[CommandFigures, ...]:
    answers: dict[str, dict[str, int]] = {}
    for (action, status), number in measures.counts.get(CountGroup.STATUS, {}).items():
        answers.setdefault(action, {})[status] = number
    return tuple(
        CommandFigures(action, answers[action], _times(measures, TimeGroup.ASKED, action))
        for action in sorted(answers)
    )


def _bill(bill: Bill) -> BillFigures:
    return BillFigures(
        begun=bill.begun,
        taken_over=bill.taken_over,
        acknowledged=bill.acknowledged,
        open=bill.open,
        given_up=bill.lost,
        doubled=bill.doubled,
        wh_made=bill.wh_made,
        wh_acknowledged=bill.wh_acknowledged,
        values_made=bill.values_made,
        values_delivered=bill.values_delivered,
        values_dropped=bill.values_dropped,
        values_given_up=bill.values_given_up,
        sent_again=bill.repeated,
    )


def _tags_refused(measures: Measures) -> dict[str, dict[str, int]]:
    found: dict[str, dict[str, int]] = {}
    for (status, id_tag), number in measures.counts.get(CountGroup.TAG_REFUSED, {}).items():
        found.setdefault(status, {})[id_tag] = number
    return found


def _itself(result: FleetResult) -> ItselfFigures:
    figures: FleetFigures = result.figures
    return ItselfFigures(
        cpu_share=figures.cpu_share,
        memory_kib=figures.memory_kib,
        lag_p50_s=figures.lag_p50_s,
        lag_p99_s=figures.lag_p99_s,
        lag_max_s=figures.lag_max_s,
        is_at_limit=figures.is_at_limit,
        errors=result.failures,
        error_texts=tuple(f"{each.id}: {each.error}" for each in result.failed),
    )


def _misbehaving(result: FleetResult) -> MisbehavingFigures | None:
    if result.started == result.behaving:
        return None
    measures = result.misbehaving
    return MisbehavingFigures(
        actions=_actions(measures, result.figures.elapsed_s),
        refused=_by_name(measures, CountGroup.REFUSED),
        losses=measures.count(CountGroup.LOST),
        begun=result.misbehaving_bill.begun,
        acknowledged=result.misbehaving_bill.acknowledged,
        taken_over=result.misbehaving_bill.taken_over,
    )


def _faults(plan: FleetPlan, result: FleetResult) -> Iterable[str]:
    """Say why the run is not what was planned, whatever its figures are."""
    missing = result.planned - result.started
    if missing > 0:
        yield f"{count(missing, 'charge point')} of {result.planned} never got power"
    waited = result.measures.count(CountGroup.WAITING)
    if waited and result.accepted and result.bill.begun == result.bill.taken_over:
        yield f"{count(waited, 'car')} came to charge, and no transaction was begun"
    if result.was_interrupted and ends_at_s(plan) is not None:
        if not result.was_ended_by_hand:
            yield "ended from outside, before the plan was done"
        elif result.was_cut_off:
            yield "ended by hand and at once, before the plan was done"
    if result.no_room:
        refused = count(result.no_room, "connection")
        yield f"this machine had no room for {refused}: {result.no_room_why}"
    yield from result.store_faults
    if result.failures:
        yield f"{count(result.failures, 'charge point')} ended by an error inside"
    if plan.is_strict_load and result.figures.is_at_limit:
        yield "the fleet itself was at its limit, and --strict-load is given"


def _notes(plan: FleetPlan, result: FleetResult) -> Iterable[str]:
    due_s = ends_at_s(plan)
    if result.paused_s:
        yield f"paused for {duration(round(result.paused_s, 1))}: the run took so much longer"
    if result.was_ended_by_hand and not result.was_cut_off and due_s is not None:
        yield f"ended by hand before the plan was done, which takes {duration(due_s)}"
    waited = result.measures.count(CountGroup.WAITING)
    if any(plan.sessions.per_hour) and not (result.bill.begun or waited):
        yield "nobody came to charge: no transaction was begun"
    if result.was_cut_off:
        is_open = result.unsettled or result.bill.begun > result.bill.acknowledged
        yield f"ended at once: {'what was open is not settled' if is_open else 'nothing was open'}"
    elif result.unsettled:
        waiting = count(result.unsettled, "charge point")
        yield f"{waiting} still had messages when the time to settle was over"
    if result.missing:
        unnamed = result.bill.begun - result.bill.acknowledged - len(result.missing)
        more_words = f" and {unnamed} more" if unnamed > 0 else ""
        told = ", ".join(starmap(_transaction, result.missing))
        yield f"{NOT_ACKNOWLEDGED}{told}{more_words}"
    if named := result.bill.ids.named:
        more = ", and more" if result.bill.doubled > len(named) else ""
        yield f"{GIVEN_TWICE}transactionId {', '.join(map(str, named))}{more}"


def _transaction(charge_point: str, transaction_id: int | None) -> str:
    named = "one without an id" if transaction_id is None else f"transaction {transaction_id}"
    return f"{named} of {charge_point}"


def _point(moment: FleetMoment) -> TimelinePoint:
    phases = moment.phases
    total = sum(phases.values())
    return TimelinePoint(
        at_s=round(moment.at_s, 3),
        on=total - phases.get(StationPhase.OFF, 0),
        open=sum(phases.get(each, 0) for each in _CONNECTED),
        accepted=sum(phases.get(each, 0) for each in _ACCEPTED),
        transactions=moment.transactions,
        queue=moment.queue,
        begun=moment.begun,
        acknowledged=moment.acknowledged,
        messages=moment.messages,
        lag_max_s=moment.lag_max_s,
        cpu_share=moment.cpu_share,
        memory_kib=moment.memory_kib,
    )


def _by_name(measures: Measures, group: CountGroup) -> Mapping[str, int]:
    found = Counter[str]()
    for (name, _), number in measures.counts.get(group, {}).items():
        found[name] += number
    return dict(found.most_common())


def _by_words(measures: Measures, group: CountGroup) -> Mapping[str, int]:
    found = Counter[str]()
    for (_, words), number in measures.counts.get(group, {}).items():
        found[words] += number
    return dict(found.most_common())
