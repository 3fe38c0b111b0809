"""What a screen tells of a charge point that it has lost: nothing that is still to come."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, timedelta

from msgspec.structs import replace

from cp_tui.charge_point import variables as v
from cp_tui.engine.hub import VariableChanged
from cp_tui.tui.dashboard.connection_text import connection_details, connection_facts
from cp_tui.tui.dashboard.connectors_text import connector_details
from cp_tui.tui.maintenance.diagnostics_text import diagnostics_facts, diagnostics_line
from cp_tui.tui.maintenance.firmware_text import firmware_facts, firmware_line
from cp_tui.tui.state.store import Snapshot, SnapshotStore
from cp_tui.tui.text.words import Clock
from cp_tui.tui.transactions.queue_text import queue_columns, queue_details
from tests.tui import power_world, session_world, states, worlds
from tests.tui.driving import screen
from tests.tui.worlds import NOW, World

CLOCK = Clock(NOW, UTC)
DUE = NOW + timedelta(seconds=97)
TIME = re.compile(r"\d\d:\d\d:\d\d")


def planning() -> World:
    """A charge point with plans: a link that is tried, a boot, a message, files, a full battery."""
    world = states.broken().engine.world | session_world.broken()
    connectors: v.Connectors = world["connectors"]
    charging = next(each for each in connectors if each.vehicle is not None)
    assert charging.vehicle is not None
    vehicle = replace(charging.vehicle, full_at=DUE)
    ramp = v.Restraint(kind=v.RestraintKind.RAMP, until=DUE)
    transfer = v.Transfer(
        location="https://files.example", attempt=1, attempts_max=3, next_try_at=DUE
    )
    return world | {
        "link": replace(worlds.broken_link(), next_attempt_at=DUE),
        "registration": replace(worlds.accepted(), next_heartbeat_at=DUE, next_boot_at=DUE),
        "outbox": v.OutboxView(
            count=1,
            entries=(replace(session_world.retrying_queue().entries[0], next_attempt_at=DUE),),
        ),
        "connectors": v.Connectors((replace(charging, vehicle=vehicle, restraint=ramp),)),
        "firmware": replace(world["firmware"], state=v.FirmwareState.SCHEDULED, transfer=transfer),
        "diagnostics": replace(
            world["diagnostics"], state=v.DiagnosticsState.RETRYING, transfer=transfer
        ),
    }


def told(snapshot: Snapshot) -> str:
    """All that is said of what a charge point does."""

    def texts() -> Iterator[str]:
        for entry in snapshot.outbox.entries:
            facts.extend(queue_details(snapshot, entry, CLOCK))
            yield from (each.cell(entry).plain for each in queue_columns(snapshot, CLOCK))
        yield firmware_line(snapshot.firmware, CLOCK).plain
        yield diagnostics_line(snapshot.diagnostics, CLOCK).plain
        yield from (fact.text.plain for fact in facts)

    facts = [
        *connection_facts(snapshot, CLOCK),
        *connection_details(snapshot, CLOCK),
        *(f for each in snapshot.connectors for f in connector_details(snapshot, each, CLOCK)),
        *firmware_facts(snapshot.firmware, CLOCK),
        *diagnostics_facts(snapshot.diagnostics, CLOCK),
    ]
    return "\n".join(texts())


def test_nothing_is_promised_for_a_charge_point_that_is_lost() -> None:
    store, due = SnapshotStore(), CLOCK.time(DUE)
    store.engine_is(True, NOW)
    store.apply([VariableChanged(*each) for each in planning().items()], NOW)
    before = told(store.snapshot)
    assert before.count(due) >= 8
    assert "try 8 at" in before
    store.take_dirty()
    store.engine_is(False, NOW)
    after = told(store.snapshot)
    assert [time for time in TIME.findall(after) if time > CLOCK.time(NOW)] == []
    assert "was offline at 14:03:27; nothing is known since" in after
    assert "it waited when the charge point was lost" in after
    assert {"link", "outbox", "connectors", "firmware", "diagnostics"} <= store.take_dirty()


async def test_the_picture_of_what_flows_stands_still_when_the_charge_point_is_lost() -> None:
    clock = [NOW]
    async with screen(engine=power_world.engine(), now=lambda: clock[0]) as drive:
        assert drive.shows("now · connector 1")
        drive.engine.lose("the charge point hung up")
        await drive.settle()
        clock[0] += timedelta(minutes=5)
        drive.app.store.look_again()
        await drive.settle()
        assert drive.shows("× Charge point lost", "14:03:27 · ")
        assert not drive.shows("now · ")
        timeline = drive.dashboard.timeline
        assert timeline.now == NOW
        assert timeline.next_move is None
