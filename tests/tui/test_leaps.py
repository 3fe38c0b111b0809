"""No key walks through a log: what a leap reads of it is the same however long it is."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from itertools import count
from pathlib import Path
from typing import Any, overload
from unittest.mock import patch

from cp_tui.explain.finding import Finding
from cp_tui.ocpp.calendar import later
from cp_tui.opened import log
from cp_tui.opened.columns import CODES, IndexColumns, mapped
from cp_tui.tui.state.store import SnapshotStore
from cp_tui.tui.state.travel import Travel
from cp_tui.tui.text.log_line import axis_of, picture
from tests.opened.here import opened_here
from tests.tui.log_world import BEGIN
from tests.tui.opened import ReadLog


class Counted(Sequence[int]):
    """A column of the index that counts how often a number of it is looked at."""

    def __init__(self, column: Sequence[int], reads: count[int]) -> None:
        self._column, self._reads = column, reads

    def __len__(self) -> int:
        return len(self._column)

    @overload
    def __getitem__(self, at: int) -> int: ...
    @overload
    def __getitem__(self, at: slice) -> Sequence[int]: ...
    def __getitem__(self, at: int | slice) -> int | Sequence[int]:
        if isinstance(at, slice):
            return Counted(self._column[at], self._reads)
        next(self._reads)
        return self._column[at]


def written(path: Path, exchanges: int) -> Path:
    """Two charge points that take turns; of the first one's answers some come twice."""

    def frames() -> Iterator[Mapping[str, Any]]:
        for number in range(exchanges):
            at = later(BEGIN, number * 60)
            who = {"timestamp": at.isoformat(), "chargePointId": f"CP{number % 2}"}
            head = {**who, "messageId": f"m{number}", "action": "Heartbeat"}
            answer = {"messageType": "CALLRESULT", "direction": "csms-to-cp"}
            yield {**head, "messageType": "CALL", "direction": "cp-to-csms", "payload": {}}
            for _ in range(1 + (number % 10 == 0)):
                yield {**head, **answer, "payload": {"currentTime": at.isoformat()}}

    path.write_text("".join(f"{json.dumps(each)}\n" for each in frames()))
    return path


async def reads_of_leaps(file: Path) -> int:
    """Go about in a log; tell how many numbers of its index that has looked at."""
    reads = count()

    def counted(descriptor: int, places: Mapping[str, tuple[int, int]]) -> IndexColumns:
        columns = mapped(descriptor, places)
        return IndexColumns(**{name: Counted(getattr(columns, name), reads) for name in CODES})

    with patch.object(log, "mapped", counted), opened_here(file) as here:
        opened = ReadLog(here)
        opened.is_judging, opened.is_judged = True, False
        travel = Travel(opened, SnapshotStore(is_read_only=True), lambda: None, lambda _: None)
        travel.take_news()
        for charger in ("CP1", "CP0"):
            travel.look_at(charger)
            messages = travel.messages
            assert messages is not None
            axis = axis_of(messages, 40)
            picture(axis, travel.place, "▁▂▃▄▅▆▇█")
            travel.go_to_frame(1)
            travel.go_to_frame(here.index.frames)
            travel.go_to(later(BEGIN, 1_000))
            await travel.go_to_finding(1, lambda _: True, lambda _: True)
            await travel.go_to_finding(-1, lambda _: True, lambda _: True)
            for each in (60, -60, 3600, -3600):
                travel.shift(each)
            travel.step(1)
            messages.exchange_at(messages.last)
    return next(reads)


async def test_no_key_walks_through_the_log(tmp_path: Path) -> None:
    short = await reads_of_leaps(written(tmp_path / "short", 50))
    long = await reads_of_leaps(written(tmp_path / "long", 400))
    # What is looked for by halves is found three steps later.
    assert long < 1.5 * short, (short, long)


def test_the_charge_points_of_a_log_are_put_in_order_by_one_look_at_the_findings(
    tmp_path: Path,
) -> None:
    looks: list[object] = []

    class Looked(list[Finding]):
        def __iter__(self) -> Iterator[Finding]:
            looks.append(self)
            return super().__iter__()

    with opened_here(written(tmp_path / "log", 30)) as here:
        travel = Travel(ReadLog(here), SnapshotStore(), lambda: None, lambda _: None)
        here.index.found.findings = Looked(here.index.found.findings)
        numbers = travel.by_interest
        assert len(looks) == 1
        for name, found in numbers.items():
            assert found == Counter(each.severity for each in travel.findings_about(name)), name
        assert [*numbers] == ["CP0", "CP1"], "the first one has its answers twice"
