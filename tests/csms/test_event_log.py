"""The record of the CSMS: bounded, in order, and something to wait on."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime

import pytest

from cp_tui.csms.event_log import (
    EVENTS_BYTES_MAX,
    EVENTS_KEPT_MAX,
    Connected,
    Event,
    EventLog,
    Received,
)
from cp_tui.ocpp.core import AuthorizeRequest, DataTransferRequest, HeartbeatRequest

AT = datetime(2026, 1, 5, 8, tzinfo=UTC)
WAIT_S = 30.0


def connected(number: int) -> Connected:
    return Connected(AT, f"CP{number}")


def authorize(id_tag: str, charge_point_id: str = "CP1") -> Received:
    return Received(AT, charge_point_id, "id", AuthorizeRequest(id_tag=id_tag), None)


def test_only_the_newest_events_are_kept() -> None:
    record = EventLog()
    for number in range(EVENTS_KEPT_MAX + 5):
        record.add(connected(number))
    assert len(record.events) == EVENTS_KEPT_MAX
    assert record.events[0] == connected(5)


def test_long_events_make_room_for_one_another_and_the_newest_stays() -> None:
    record = EventLog()
    for number in range(10):
        record.add(connected(number))
    data = "x" * (EVENTS_BYTES_MAX // 4)
    longs = [
        Received(AT, "CP1", f"{number}", DataTransferRequest(vendor_id="v", data=data), None)
        for number in range(6)
    ]
    for long in longs:
        record.add(long)
    assert record.events == tuple(longs[-3:])
    longest = DataTransferRequest(vendor_id="v", data=8 * data)
    record.add(Received(AT, "CP1", "last", longest, None))
    assert len(record.events) == 1
    assert record.mark == 17


@pytest.mark.parametrize("kept", [0, 3, EVENTS_KEPT_MAX, EVENTS_KEPT_MAX + 7])
def test_a_mark_divides_what_was_from_what_comes(kept: int) -> None:
    record = EventLog()
    for number in range(kept):
        record.add(connected(number))
    mark = record.mark
    assert record.after(mark) == ()
    record.add(connected(-1))
    assert record.after(mark) == (connected(-1),)


async def test_what_has_happened_after_the_mark_is_found_at_once() -> None:
    record = EventLog()
    record.add(authorize("EARLY"))
    mark = record.mark
    record.add(authorize("LATE"))
    found = await record.received("CP1", AuthorizeRequest, after=mark, timeout_s=WAIT_S)
    assert found.id_tag == "LATE"


async def test_what_has_yet_to_happen_is_waited_for() -> None:
    record = EventLog()
    waiting = asyncio.create_task(
        record.received(
            "CP1", AuthorizeRequest, lambda heard: heard.id_tag == "WANTED", timeout_s=WAIT_S
        )
    )
    await asyncio.sleep(0)
    record.add(Received(AT, "CP1", "id", HeartbeatRequest(), None))
    record.add(authorize("OTHER"))
    record.add(authorize("WANTED", charge_point_id="CP2"))
    record.add(authorize("WANTED"))
    record.add(authorize("WANTED"))
    assert (await waiting).id_tag == "WANTED"


async def test_waiting_ends_with_its_time() -> None:
    record = EventLog()
    with pytest.raises(TimeoutError):
        await record.wait_for(lambda _: True, timeout_s=0.01)


def test_a_listener_hears_everything_until_it_has_enough() -> None:
    record = EventLog()
    heard: list[Event] = []
    stop = record.listen(heard.append)
    record.add(connected(1))
    stop()
    record.add(connected(2))
    assert heard == [connected(1)]
