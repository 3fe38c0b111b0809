"""What the processes of a run report, put together: sums, ids, and who is missing."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from msgspec import to_builtins

from cp_tui.fleet.bill import Bill, BillEntry, IdSet
from cp_tui.fleet.measures import Histogram, Measures, TimeGroup
from cp_tui.fleet.result import FleetFigures, FleetResult
from cp_tui.fleet.watcher import Outcome
from cp_tui.fleet.worker_book import ReportError, RunBook, WorkerReport, news

AT = datetime(2026, 1, 5, 8, tzinfo=UTC)


def report(worker: int, *, begun: int = 0, acknowledged: int = 0, **others: Any) -> dict[str, Any]:
    """Give a report as it travels."""
    measures = Measures()
    measures.answered("Heartbeat", 0.01, Outcome.ANSWERED)
    found: dict[str, Any] = to_builtins(
        WorkerReport(
            **{
                "run": "a/1",
                "version": "1",
                "started": 10,
                "behaving": 10,
                "worker": worker,
                **others,
            },
            bill=Bill(begun=begun, acknowledged=acknowledged),
            measures=measures.to_builtins(),
        )
    )
    return found


def entry(number: int) -> BillEntry:
    """Give a transaction that is acknowledged."""
    return BillEntry(
        station="CP1",
        connector_id=1,
        transaction_id=number,
        id_tag="A",
        meter_start_wh=0,
        meter_stop_wh=5,
        started_at=AT,
        stopped_at=AT,
        reason="Local",
        start_acknowledged_at=AT,
        stop_acknowledged_at=AT,
        values_made=0,
        values_delivered=0,
        values_dropped=0,
        values_given_up=0,
        is_repeated=False,
    )


def book(enter: Callable[[BillEntry], None] = lambda entry: None) -> RunBook:
    """Give a book without a report."""
    return RunBook("a/1", "1", AT, enter)


def result(of: RunBook) -> FleetResult:
    """Give what it comes to."""
    return of.result(20, was_interrupted=False, was_cut_off=False)


def test_the_newest_report_of_each_worker_is_all_of_it_and_entries_come_once() -> None:
    ledger: list[BillEntry] = []
    of = book(ledger.append)
    lag = Histogram()
    lag.add(0.5)
    figures = FleetFigures(cpu_share=0.9, memory_kib=7, elapsed_s=3.0)
    of.read("one", report(0, begun=3, acknowledged=1, entries=(entry(1),), lag=lag))
    of.read("one", report(0, begun=4, acknowledged=3, entries=(entry(2), entry(3)), accepted=9))
    of.read("two", report(1, begun=2, accepted=10, lag=lag, figures=figures, is_away=True))
    found = result(of)
    assert (found.bill.begun, found.bill.acknowledged, found.bill.open) == (6, 3, 3)
    assert [each.transaction_id for each in ledger] == [1, 2, 3]
    assert ledger[0] == entry(1)
    assert (found.planned, found.started, found.behaving, found.accepted) == (20, 20, 20, 19)
    assert found.measures.histogram(TimeGroup.ANSWER, "Heartbeat").count == 2
    assert found.figures.lag_max_s == 0.5
    assert found.figures.is_at_limit
    assert (found.figures.memory_kib, found.is_away) == (7, True)
    of.read("one", report(0, begun=5, acknowledged=5, entries=(entry(4),), is_settled=True))
    assert "1 transaction fewer in the ledger" in of.faults()[-1]


def test_an_id_that_two_workers_were_given_is_doubled_though_each_tells_it_once() -> None:
    first, second = IdSet(), IdSet()
    told: tuple[dict[int, int], dict[int, int]] = ({}, {})
    of = book()
    for number in range(2_000, 2_100):
        (second if number % 2 else first).add(number)
    of.read("one", report(0, ids=news(first, told[0])))
    of.read("two", report(1, ids=news(second, told[1])))
    assert result(of).bill.doubled == 0
    second.add(2_050)
    second.add(2_050)
    sent = news(second, told[1])
    assert len(sent) == 1
    of.read("two", report(1, ids=sent, again=second.again))
    of.read("two", report(1, ids=news(second, told[1]), again=second.again))
    assert result(of).bill.doubled == 2


def test_what_nobody_accounts_for_is_told_with_its_number() -> None:
    of = book()
    of.read("one", report(0, is_settled=True))
    of.read("two", report(1))
    of.count_users("silent", 2, 7)
    of.count_users("two", 1, 12)
    assert of.waited_for == ["two", "silent"]
    of.lose("silent")
    assert of.waited_for == ["two"]
    assert [line.split(":")[0] for line in of.faults()] == [
        "12 charge points of worker 1 are not accounted for",
        "7 charge points of worker 2 are not accounted for",
    ]
    of.read("two", report(1, is_settled=True, unsettled=1, unsettled_ids=("CP1-00007",)))
    of.read("silent", report(2, is_settled=True, started=0))
    assert (of.waited_for, of.faults()) == ([], [])
    assert of.notes() == ["not done when the run was closed: CP1-00007"]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (report(0, version="2"), "it runs cp-tui 2, and the master 1"),
        ({"hello": 1}, "does not speak"),
        ({**report(0), "measures": {"times": 1}}, "does not speak"),
        ({**report(0), "ids": {"1": "no number"}}, "does not speak"),
    ],
)
def test_a_report_that_cannot_count_is_refused(content: object, words: str) -> None:
    of = book()
    with pytest.raises(ReportError, match=words):
        of.read("one", content)
    of.read("late", report(0, run="before/1"))
    assert result(of).started == 0
