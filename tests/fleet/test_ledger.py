"""The ledger, and files that are there as a whole or not at all."""

from __future__ import annotations

import csv
import os
from datetime import UTC, datetime
from pathlib import Path

import pytest

from cp_tui.fleet.bill import BillEntry
from cp_tui.fleet.billed import compare, ours, read_billed
from cp_tui.fleet.csv_cells import csv_line
from cp_tui.fleet.ledger import COLUMNS, Ledger
from cp_tui.fleet.whole_file import WholeFile, cannot_write, write_whole

AT = datetime(2026, 3, 1, 12, tzinfo=UTC)


def entry(number: int, **fields: object) -> BillEntry:
    known: dict[str, object] = {
        "station": f"CP{number:05d}",
        "connector_id": 1,
        "transaction_id": number,
        "id_tag": "TAG00001",
        "meter_start_wh": 100,
        "meter_stop_wh": 100 + number,
        "started_at": AT,
        "stopped_at": AT,
        "reason": "Local",
        "start_acknowledged_at": AT,
        "stop_acknowledged_at": AT,
        "values_made": 3,
        "values_delivered": 3,
        "values_dropped": 0,
        "values_given_up": 0,
        "is_repeated": False,
    }
    return BillEntry(**(known | fields))  # type: ignore[arg-type]


def test_the_ledger_has_a_line_for_each_transaction_and_can_be_held_against_itself(
    tmp_path: Path,
) -> None:
    path = tmp_path / "ledger.csv"
    path.write_text("old\n")
    ledger = Ledger(path)
    entries = [entry(1), entry(2, id_tag='=SUM("A1")', reason="a\nb"), entry(3, is_repeated=True)]
    for each in entries:
        ledger.add(each)
    assert path.read_text() == "old\n"
    assert ledger.finish() == ""
    rows = list(csv.DictReader(path.read_text().splitlines()))
    assert tuple(rows[0]) == COLUMNS
    assert [row["chargePointId"] for row in rows] == ["CP00001", "CP00002", "CP00003"]
    assert rows[0]["stopAcknowledgedAt"] == "2026-03-01T12:00:00Z"
    assert [row["Wh"] for row in rows] == ["1", "2", "3"]
    assert (rows[1]["idTag"], rows[1]["reason"]) == ('\'=SUM("A1")', r"a\x0ab")
    assert rows[2]["sentAgain"] == "true"
    assert compare([*map(ours, entries)], read_billed(path)).is_held
    assert os.listdir(tmp_path) == ["ledger.csv"]


def test_text_in_a_cell_is_no_formula_and_a_number_is_a_number() -> None:
    cells = ["=1+1", "+4", "-5", "-x", "@f", -7, 0.25, 1e-9, None, True, 'a"b', "\x1b[2J"]
    assert csv_line(cells) == ("'=1+1,'+4,-5,'-x,'@f,-7,0.25,0,,True,\"a\"\"b\",\\x1b[2J\n")


def test_an_old_file_stays_where_the_new_one_has_no_room(tmp_path: Path) -> None:
    path = tmp_path / "report.json"
    path.write_text("old")
    file = WholeFile(path)
    file.write("new")
    # A disk that is full says so at the next write, or at the end.
    os.close(file._file.fileno())  # type: ignore[union-attr]
    assert not file.finish()
    assert file.error == f"{path}: Bad file descriptor"
    assert path.read_text() == "old"
    assert os.listdir(tmp_path) == ["report.json"]
    late = WholeFile(path)
    late.write("new")
    late.abandon()
    assert path.read_text() == "old"
    assert os.listdir(tmp_path) == ["report.json"]
    assert write_whole(path, "new") == ""
    assert path.read_text() == "new"


def test_what_cannot_be_begun_is_told_at_once(tmp_path: Path) -> None:
    assert write_whole(tmp_path / "none" / "x", "") == (
        f"{tmp_path / 'none' / 'x'}: No such file or directory"
    )
    assert cannot_write(tmp_path / "none" / "x").endswith("x: No such file or directory")
    assert cannot_write(tmp_path).endswith("Is a directory")
    old = tmp_path / "old"
    old.write_text("old")
    assert cannot_write(old) == cannot_write(tmp_path / "new") == ""
    assert old.read_text() == "old"
    assert os.listdir(tmp_path) == ["old"]
    with pytest.raises(OSError, match="No such file"):
        Ledger(tmp_path / "none" / "x")


def test_a_full_disk_is_told_and_a_device_is_never_replaced() -> None:
    assert write_whole(Path("/dev/full"), "x") == "/dev/full: No space left on device"
    assert write_whole(Path("/dev/null"), "x") == ""
    assert Path("/dev/null").is_char_device()


def test_a_link_stays_a_link(tmp_path: Path) -> None:
    target, link = tmp_path / "target", tmp_path / "link"
    target.write_text("old")
    link.symlink_to(target)
    assert write_whole(link, "new") == ""
    assert link.is_symlink()
    assert target.read_text() == "new"
