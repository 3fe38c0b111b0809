"""Every kind of misbehaviour on real sockets at once, as the CSMS sees it, beside good ones."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

import pytest

from cp_tui.fleet import misbehaviour
from cp_tui.fleet.measures import CountGroup
from cp_tui.fleet.misbehaviour import Kind, Misbehaviour, kind_of
from cp_tui.fleet.plan import SessionPlan
from tests.fleet.csms_process import CsmsProcess, book_csms
from tests.fleet.shell.runs import plan, run_of

STATIONS = 48
SHARE = 1 / 16
FASTER = 40
"""So many times faster than planned do they misbehave: minutes become seconds."""
SEED = 7
PASSWORD = "the-right-password"
WAIT_S = 120.0

Notes = Mapping[str, Any]

SEEN: Mapping[Kind, Callable[[Notes], bool]] = {
    Kind.SILENT: lambda notes: notes["asked"] == 1 and _calls(notes, "StartTransaction") > 0,
    Kind.SLOW: lambda notes: any(5 / FASTER < each[2] < 60 for each in notes["answers"]),
    Kind.HALF_OPEN: lambda notes: notes["open_at_once"] >= 2,
    Kind.FLAPPING: lambda notes: (
        notes["connections"] > 3 and _calls(notes, "BootNotification") == 1
    ),
    Kind.TWIN: lambda notes: notes["open_at_once"] >= 2 <= _calls(notes, "BootNotification"),
    Kind.BOOT_LOOP: lambda notes: _calls(notes, "BootNotification") > 2,
    Kind.GARBAGE: lambda notes: (
        notes["unreadable"] > 0 < _calls(notes, "MakeCoffee") and notes["longest"] > 1_000_000
    ),
    Kind.REPEAT: lambda notes: notes["repeated"] * 2 >= _calls(notes, "StartTransaction") > 0,
    Kind.WRONG_CLOCK: lambda notes: notes["most_off_s"] > 3_500,
    Kind.LATE_QUEUE: lambda notes: (
        _calls(notes, "MeterValues") > 57 and 3_500 < notes["most_off_s"] < 3_700
    ),
    Kind.REFUSES: lambda notes: any(each[1] == "Rejected" for each in notes["answers"]),
    Kind.WRONG_PASSWORD: lambda notes: notes["refused"] > 3 and notes["connections"] == 0,
}
"""What has to be in the notes of one of them, some time or other."""


def _calls(notes: Notes, action: str) -> int:
    return int(notes["calls"].get(action, 0))


async def _ask(csms: CsmsProcess, id: str) -> None:
    """Send a request to one, as soon as it is there."""
    payload = {"connectorId": 2, "type": "Operative"}
    async with asyncio.timeout(WAIT_S):
        while not await csms.ask("call", id=id, action="ChangeAvailability", payload=payload):
            await asyncio.sleep(0.05)


async def _all(csms: CsmsProcess, ids: Iterable[str]) -> list[Notes]:
    return [await csms.ask("station", id=id) for id in ids]


async def _see(csms: CsmsProcess, ids: Mapping[Kind | None, list[str]]) -> None:
    """Wait until every kind was seen at one of those that have it."""
    unseen = set(SEEN)
    try:
        async with asyncio.timeout(WAIT_S):
            while unseen:
                unseen = {k for k in unseen if not any(map(SEEN[k], await _all(csms, ids[k])))}
                await asyncio.sleep(0.1)
    except TimeoutError:
        notes = {kind: await _all(csms, ids[kind]) for kind in unseen}
        raise AssertionError(f"not seen: {notes}") from None


async def test_each_kind_is_seen_by_the_csms_and_those_that_behave_are_served(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    between = Misbehaviour.between
    monkeypatch.setattr(Misbehaviour, "between", lambda *given: between(*given) / FASTER)
    monkeypatch.setattr(misbehaviour, "GARBAGE_S", misbehaviour.GARBAGE_S / FASTER)
    monkeypatch.setattr(misbehaviour, "BOOT_LOOP_S", misbehaviour.BOOT_LOOP_S / FASTER)
    monkeypatch.setattr(misbehaviour, "OFF_S", misbehaviour.OFF_S / FASTER)
    async with book_csms(tmp_path / "book", f"--password={PASSWORD}") as csms:
        found = plan(
            csms.url,
            STATIONS,
            misbehave=tuple((kind, SHARE) for kind in Kind),
            sessions=SessionPlan(per_hour=(3_600.0,), length_s=(5.0, 6.0), tags=("A",)),
        )
        ids: dict[Kind | None, list[str]] = {}
        for index in range(STATIONS):
            kind = kind_of(dict.fromkeys(Kind, SHARE), seed=SEED, number=index)
            ids.setdefault(kind, []).append(found.id_of(index))
        assert set(ids) == {*Kind, None}
        run = run_of(found, keys={"AuthorizationKey": PASSWORD})
        running = asyncio.create_task(run.run())
        for kind in (Kind.SILENT, Kind.SLOW, Kind.REFUSES, None):
            for id in ids[kind]:
                await _ask(csms, id)
        await _see(csms, ids)
        run.stop()
        result = await running
        good, silent = await _all(csms, ids[None]), await _all(csms, ids[Kind.SILENT])
    assert not any(notes["answers"] for notes in silent)
    assert all(len(notes["answers"]) == notes["connections"] == 1 for notes in good)
    assert (result.behaving, result.unsettled, result.failures) == (len(ids[None]), 0, 0)
    assert result.bill.closes
    assert result.measures.count(CountGroup.REFUSED) == result.measures.count(CountGroup.LOST) == 0
    assert result.misbehaving.count(CountGroup.REFUSED) > 3
    assert result.misbehaving.count(CountGroup.LOST) > 3
    assert result.misbehaving_bill.begun > 0
