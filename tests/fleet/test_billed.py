"""The table of the CSMS held against our transactions: what is missing, doubled, other, unknown."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import pytest

from cp_tui.fleet.billed import (
    BilledError,
    BilledRow,
    BilledVerdict,
    OurTransaction,
    compare,
    read_billed,
)

OURS = [OurTransaction(f"CP{number}", 100 + number, 5_000 + number) for number in range(30)]
Judged = Callable[[str], BilledVerdict]


@pytest.fixture
def judged(tmp_path: Path) -> Judged:
    def judged(text: str) -> BilledVerdict:
        file = tmp_path / "billed.csv"
        file.write_text(text)
        return compare(OURS, read_billed(file))

    return judged


def table(head: str, line: str, *further: str, without: int = -1) -> str:
    lines = [
        line.format(id=each.transaction_id, cp=each.charge_point, wh=each.energy_wh)
        for number, each in enumerate(OURS)
        if number != without
    ]
    return "\n".join([head, *lines, *further]) + "\n"


@pytest.mark.parametrize(
    ("head", "line"),
    [
        ("transactionId,meterStart,meterStop", "{id},0,{wh}"),
        ("reason;Meter Stop;meter_start;chargePointId;TRANSACTION_ID", "x;{wh};0;{cp};{id}"),
        ("Wh\ttransaction id", "{wh}.0\t{id}"),
        ('\ufeff"transactionId","kWh"', '{id},"5.0"'),
    ],
)
def test_columns_are_found_by_name_in_any_order(judged: Judged, head: str, line: str) -> None:
    """kWh with one digit say nothing of single Wh."""
    verdict = judged(table(head, line))
    assert verdict == BilledVerdict(30, (), ())
    assert verdict.is_held


def test_a_transaction_that_is_not_billed_is_named(judged: Judged) -> None:
    verdict = judged(table("transactionId,Wh", "{id},{wh}", without=7))
    assert verdict.faults == ("1 transaction acknowledged and not billed: 107 of CP7",)
    assert not verdict.is_held


def test_what_is_doubled_or_differs_or_is_unknown_is_named(judged: Judged) -> None:
    more = ("100,CP0,5000", "100,CP1,7", "999,CP2,1", "5,ELSEWHERE,1")
    text = table("transactionId,station,Wh", "{id},{cp},{wh}", *more)
    text = text.replace("104,CP4,5004", "104,CP4,5005").replace("105,CP5,5005", "105,CP5,")
    verdict = judged(text)
    assert verdict.faults == (
        "1 transaction billed twice: 100 of CP0 in lines 2 and 32",
        "2 transactions billed with another energy: 104 of CP4: 5004 Wh here, 5005 Wh there;"
        " 105 of CP5: 5005 Wh here, and no end there",
    )
    assert verdict.notes == (
        "2 transactions billed and not of this run, or not acknowledged in full:"
        " 100 of CP1; 999 of CP2",
    )


SHARED = [
    OurTransaction("CP1", 0, 5_000),
    OurTransaction("CP1", 0, 7_000),
    OurTransaction("CP2", 0, 5_000),
    OurTransaction("CP2", 0, 0, is_refused=True),
    OurTransaction("CP2", 9, 0, is_refused=True),
]
"""Of a CSMS that gives one id to all, and of one that refuses tags."""


@pytest.mark.parametrize("head", ["Wh,transactionId,chargePointId", "Wh,transactionId"])
@pytest.mark.parametrize(
    ("lines", "faults"),
    [
        (["7000,0,CP1", "5000,0,CP2", "5000,0,CP1"], ()),
        (["0,9,CP2", "0,0,CP2", "5000,0,CP1", "5000,0,CP2", "7000,0,CP1"], ()),
        (["5000,0,CP1", "5000,0,CP2"], ("1 transaction acknowledged and not billed: 0 of CP1",)),
        (
            ["6999,0,CP1", "5000,0,CP1", "5000,0,CP2"],
            ("1 transaction billed with another energy: 0 of CP1: 7000 Wh here, 6999 Wh there",),
        ),
        (
            ["0,0,CP2", "7000,0,CP1", "5000,0,CP1", "5000,0,CP2", "5000,0,CP2"],
            ("1 transaction billed twice: 0 of CP2 in lines 5 and 6",),
        ),
    ],
)
def test_transactions_with_one_id_are_told_apart_and_those_of_refused_tags_may_be_missing(
    tmp_path: Path, head: str, lines: list[str], faults: tuple[str, ...]
) -> None:
    file = tmp_path / "billed.csv"
    columns = head.count(",") + 1
    text = "\n".join([head, *(",".join(each.split(",")[:columns]) for each in lines)])
    file.write_text(text)
    verdict = compare(SHARED, read_billed(file))
    assert verdict == BilledVerdict(5, faults, ())


def test_a_row_that_alone_does_not_name_its_charge_point_is_found_all_the_same(
    judged: Judged,
) -> None:
    for odd in (3, 0):
        text = table("transactionId,station,Wh", "{id},{cp},{wh}")
        assert judged(text.replace(f",CP{odd},", ",,")) == BilledVerdict(30, (), ())


def test_one_id_for_all_of_a_great_fleet_takes_no_hours() -> None:
    """Each row is looked for among all: one after the other would be twelve million looks."""
    ours = [OurTransaction(f"CP{n % 500}", 0, n) for n in range(5_000)]
    for is_named in (True, False):
        looks = 0

        class Counted(Decimal):
            def __rsub__(self, other: int | Decimal) -> Decimal:
                nonlocal looks
                looks += 1
                return Decimal.__rsub__(self, other)

        rows = (
            BilledRow(n, each.charge_point if is_named else "", 0, Counted(n), Decimal("0.5"))
            for n, each in enumerate(ours)
        )
        assert compare(ours, rows).is_held
        assert looks < 50_000


def test_the_first_twenty_are_named_and_all_are_counted(judged: Judged) -> None:
    (fault,) = judged("transactionId,Wh\n").faults
    assert fault.startswith("30 transactions acknowledged and not billed: 100 of CP0; ")
    assert fault.endswith("; 119 of CP19; and 10 more")


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "line 1: the head must have the columns transactionId, and meterStart and meterStop"),
        ("transactionId,meterStop\n", "line 1: the head must have the columns"),
        ("Wh,kWh\n", "line 1: the head must have the columns"),
        ("transactionId,Wh\n1,2\n\nx\x1b,3\n", r"line 4: no transactionId: x\x1b"),
        ("transactionId,Wh\n1,1e\n", "line 2: no number: 1e"),
        ("transactionId,Wh\n1,NaN\n", "line 2: no number: NaN"),
        ("transactionId,Wh\n,1\n", "line 2: no transactionId: empty"),
    ],
)
def test_a_table_that_cannot_be_read_is_told_with_its_line(
    judged: Judged, text: str, told: str
) -> None:
    with pytest.raises(BilledError) as error:
        judged(text)
    assert told in str(error.value)


def test_a_table_that_is_none_is_told(tmp_path: Path) -> None:
    with pytest.raises(BilledError, match="No such file"):
        list(read_billed(tmp_path / "none.csv"))
    file = tmp_path / "bytes.csv"
    file.write_bytes(b"transactionId,Wh\n1,\xff\n")
    with pytest.raises(BilledError, match="not UTF-8"):
        list(read_billed(file))
