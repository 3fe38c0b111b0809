"""A log by its places: the records, times and findings that a walk through the file gives."""

from __future__ import annotations

import errno
import json
from collections.abc import Iterable
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from zipfile import ZipFile

import pytest
from msgspec import to_builtins

from cp_tui.explain.explain import explain
from cp_tui.explain.finding import Finding
from cp_tui.ocpp.calendar import later
from cp_tui.opened.indexing import IndexedEntries
from cp_tui.opened.log import LogIndex
from cp_tui.shadow.shadow import other_answers
from cp_tui.traces.entry import LogEntry
from cp_tui.traces.opening import UnreadableTrace
from cp_tui.traces.reading import open_trace
from cp_tui.traces.record import Record, RecordKind
from tests.explain.days import Day, trace_of
from tests.opened.here import opened_here
from tests.traces.writers import WRITERS

SAMPLES = sorted(
    path
    for path in (Path(__file__).parent.parent / "data" / "traces").iterdir()
    if path.suffix != ".md" and path.name != "expected.json"
)


@cache
def day() -> tuple[Record, ...]:
    return tuple(trace_of(Day(3).run(3)).records)


def logs(folder: Path) -> Iterable[Path]:
    """Samples of all programs, and a day as each of them writes it, also from its end."""
    yield from SAMPLES
    for format, write in WRITERS.items():
        path = folder / f"{format}.log"
        path.write_text(write(day()))
        yield path
    lines = WRITERS["open-ocpp-trace"](day()).splitlines()
    (folder / "newest-first.log").write_text("\n".join(reversed(lines)))
    yield folder / "newest-first.log"


def as_told(findings: Iterable[Finding]) -> list[object]:
    return [to_builtins(each, enc_hook=dict) for each in findings]


def test_an_open_log_has_the_records_and_findings_of_the_file_itself(tmp_path: Path) -> None:
    reordered = others = 0
    for path in logs(tmp_path):
        trace = open_trace(path)
        records = [*trace.records]
        frames = [each for each in records if each.number]
        with opened_here(path, ours=path in SAMPLES) as here:
            index = here.index
            assert [index.record_of_row(row) for row in range(len(records))] == records, path
            assert [index.record(n + 1) for n in range(index.frames)] == frames
            assert as_told(index.found.findings) == as_told(explain(trace).findings), path
            others += len(index.others)
            assert path not in SAMPLES or index.others.all == (*other_answers(records),), path
            reordered += index.told.is_reordered
            heads_agree(index, frames)
            findings_are_met(index)
    assert reordered > 1
    assert others


def heads_agree(index: LogIndex, frames: list[Record]) -> None:
    """Hold what is known without a payload against the records."""
    by_number = {each.number: place for place, each in enumerate(frames, start=1)}
    for place, record in enumerate(frames, start=1):
        head = index.head(place)
        pair = by_number.get(record.pair or 0)
        told = (head.at, head.kind, head.direction, head.action, head.charger, head.pair)
        assert told == (*_of(record), pair)
        assert index.at(place) == record.at
        assert (index.kind(place), index.action(place)) == (record.kind, record.action)
        assert (index.direction(place), index.pair(place)) == (record.direction, pair)
        call = record if record.kind is RecordKind.CALL else pair and frames[pair - 1]
        payload = call.frame.payload if call and call.frame else None
        connector = payload.get("connectorId") if isinstance(payload, dict) else None
        assert head.connector == (connector if type(connector) is int else None)
    groups = [[index.charger(place) for place in each.places] for each in index.chargers]
    assert groups == [[each.name] * len(each.places) for each in index.chargers]
    assert sum(map(len, groups)) == len(frames)


def _of(record: Record) -> tuple[object, ...]:
    return record.at, record.kind, record.direction, record.action, record.charger


def findings_are_met(index: LogIndex) -> None:
    """Hold the way from one finding to the next against all of them."""
    found = index.found
    marked = [place for place in range(1, index.frames + 1) if found.of(place)]
    assert marked == [place for place, grave in enumerate(found.gravity) if grave]
    for place in range(index.frames + 2):
        assert [*found.after(place)] == [each for each in marked if each > place]
        assert [*found.before(place)] == [each for each in reversed(marked) if each < place]
    for finding in found.findings:
        for frame in finding.frames[:1]:
            assert finding.id in {each.id for each in found.of(frame.passed)}


def frame(second: float | None, number: int, charger: str | None = None) -> str:
    at = {} if second is None else {"timestamp": later(BEGIN, second).isoformat()}
    who = {} if charger is None else {"chargePointId": charger}
    head = {"messageType": "CALL", "direction": "cp-to-csms", "messageId": f"m{number}"}
    return json.dumps({**at, **who, **head, "action": "Heartbeat", "payload": {}})


BEGIN = datetime(2026, 1, 5, 8, tzinfo=UTC)


def written(path: Path, *lines: str) -> Path:
    path.write_text("".join(f"{each}\n" for each in lines))
    return path


def test_an_instant_has_one_place_also_where_the_clock_of_the_log_jumps_back(
    tmp_path: Path,
) -> None:
    seconds = [0, 10, 20, 5, 15, 20, 30]
    lines = (frame(second, n, f"CP{n % 2}") for n, second in enumerate(seconds))
    with opened_here(written(tmp_path / "log", *lines)) as here:
        index = here.index
        reached = [index.reached(place) for place in range(1, 8)]
        assert reached == [later(BEGIN, each) for each in (0, 10, 20, 20, 20, 20, 30)]
        asked = [-5, 0, 5, 10, 19, 20, 29, 30, 99]
        places = [index.place_at(later(BEGIN, each)) for each in asked]
        assert places == [1, 1, 1, 2, 2, 6, 6, 7, 7]
        odd = index.chargers[1].places
        assert [index.place_at(later(BEGIN, each), odd) for each in asked] == [
            *(2, 2, 2, 2, 2, 6, 6, 6, 6)
        ]


def test_a_log_without_times_has_places_all_the_same(tmp_path: Path) -> None:
    with opened_here(written(tmp_path / "log", '[2,"1","Heartbeat",{}]', "[3,1,{}]")) as here:
        index = here.index
        assert (index.at(1), index.reached(2), index.frames) == (None, None, 2)
        assert index.place_at(BEGIN) == 2
        assert index.head(2).latency_ms is None


def test_a_log_may_hold_what_no_number_and_no_text_holds(tmp_path: Path) -> None:
    odd = [
        '[2,"1","DataTransfer",{"vendorId":"V","data":123456789012345678901234567890}]',
        '[2,"2","DataTransfer",{"vendorId":"\\ud800","data":"x"}]',
        '[2,"3","StatusNotification",{"connectorId":99999999999999999999}]',
        '[3,"3",{"status":7}]',
        '[4,"1",null,"",{}]',
        "[2,",
    ]
    path = written(tmp_path / "log", *odd)
    with opened_here(path) as here:
        index = here.index
        frames = [*open_trace(path).records]
        assert [index.record(n + 1) for n in range(index.frames)] == frames
        assert [index.head(n + 1).result for n in range(index.frames)] == [None] * len(frames)


def test_a_disk_without_room_for_a_log_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(entries: IndexedEntries, entry: LogEntry, frame: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(IndexedEntries, "add", full)
    path = written(tmp_path / "log", frame(0, 1))
    words = "/tmp has no room to keep it in while it is looked at: No space left on device"
    with pytest.raises(UnreadableTrace, match=f"log: {words}$"), opened_here(path):
        pass


def test_of_several_logs_in_a_zip_the_longest_is_opened_and_the_others_are_named(
    tmp_path: Path,
) -> None:
    with ZipFile(tmp_path / "logs.zip", "w") as packed:
        for name, count in (("few", 2), ("many", 5), ("one", 1)):
            packed.writestr(name, "\n".join(frame(n, n, name) for n in range(count)))
    with opened_here(tmp_path / "logs.zip") as here:
        index = here.index
        assert [index.record(n + 1).charger for n in range(index.frames)] == ["many"] * 5
        assert [each.rpartition(":")[2] for each in index.told.others] == ["few", "one"]
