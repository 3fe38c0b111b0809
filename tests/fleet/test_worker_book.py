"""What the processes of a run report, put together: sums, ids, and who is missing."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from msgspec import to_builtins

from cp_tui.fleet.bill import Bill, BillEntry, IdSet
from cp_tui.fleet.measures import Measures, TimeGroup
from cp_tui.fleet.watcher import Outcome
from cp_tui.fleet.worker_book import ReportError, RunBook, WorkerReport, bill_lines, figure_of, news

AT = datetime(2026, 1, 5, 8, tzinfo=UTC)


def report(worker: int, *, begun: int = 0, acknowledged: int = 0, **others: Any) -> dict[str, Any]:
    """Give a report as it travels."""
    measures = Measures()
    measures.answered("Heartbeat", 0.01, Outcome.ANSWERED)
    found: dict[str, Any] = to_builtins(
        WorkerReport(
            **{"run": "a/1", "version": "1", "charge_points": 10, "worker": worker, **others},
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


def test_the_newest_report_of_each_worker_is_all_of_it_and_entries_come_once() -> None:
    ledger: list[BillEntry] = []
    book = RunBook("a/1", "1", ledger.append)
    book.read("one", report(0, begun=3, acknowledged=1, entries=(entry(1),)))
    book.read("one", report(0, begun=4, acknowledged=4, entries=(entry(2), entry(3)), unaccepted=1))
    book.read("two", report(1, begun=2, acknowledged=1))
    bill = book.bill()
    assert (bill.begun, bill.acknowledged, bill.open) == (6, 5, 1)
    assert [each.transaction_id for each in ledger] == [1, 2, 3]
    assert ledger[0] == entry(1)
    assert (book.charge_points, book.unaccepted) == (20, 1)
    assert book.measures().histogram(TimeGroup.ANSWER, "Heartbeat").count == 2
    look_up = figure_of(book, bill)
    assert [look_up(name) for name in ("lost", "doubled", "unaccepted", "x")] == [1, 0, 1, None]
    assert "6 transactions begun, 5 acknowledged, 1 open" in bill_lines(book, bill)[0]


def test_an_id_that_two_workers_were_given_is_doubled_though_each_tells_it_once() -> None:
    first, second = IdSet(), IdSet()
    told: tuple[dict[int, int], dict[int, int]] = ({}, {})
    book = RunBook("a/1", "1")
    for ids, its, name in ((first, told[0], "one"), (second, told[1], "two")):
        for number in range(2_000, 2_100, 2) if name == "one" else range(2_001, 2_100, 2):
            ids.add(number)
        book.read(name, report(0, ids=news(ids, its)))
    assert book.bill().doubled == 0
    second.add(2_050)
    second.add(2_050)
    sent = news(second, told[1])
    assert len(sent) == 1
    book.read("two", report(1, ids=sent, again=second.again))
    book.read("two", report(1, ids=news(second, told[1]), again=second.again))
    assert book.bill().doubled == 2


def test_what_nobody_accounts_for_is_told_with_its_number() -> None:
    book = RunBook("a/1", "1")
    book.read("one", report(0, is_settled=True))
    book.read("two", report(1))
    book.count_users("silent", 2, 7)
    book.count_users("two", 1, 12)
    assert book.waited_for == ["two", "silent"]
    book.lose("silent")
    assert book.waited_for == ["two"]
    assert [line.split(":")[0] for line in book.missing()] == [
        "12 charge points of worker 1 are not accounted for",
        "7 charge points of worker 2 are not accounted for",
    ]
    book.read("two", report(1, is_settled=True, broken=1, unsettled=("CP1-00007",)))
    book.read("silent", report(2, is_settled=True, charge_points=0))
    assert book.waited_for == []
    assert book.missing() == ["an error of our own ended 1 charge point: see the log"]
    assert book.unsettled() == "CP1-00007"


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
    book = RunBook("a/1", "1")
    with pytest.raises(ReportError, match=words):
        book.read("one", content)
    assert book.read("late", report(0, run="before/1")) is None
    assert list(book.reports) == []
