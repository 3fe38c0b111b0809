"""Observers, quitting, and an engine that goes away."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from cp_tui.charge_point import variables as v
from cp_tui.rpc.client import EngineEnded, OtherVersion
from cp_tui.tui.actions.action import Group, ScreenAction
from cp_tui.tui.app import ATTACH_AGAIN_S
from cp_tui.tui.registry import ACTIONS
from cp_tui.tui.state import liveness
from cp_tui.tui.state.csms_state import CsmsState
from cp_tui.tui.state.store import Snapshot
from tests.tui import session_world, worlds
from tests.tui.driving import Drive, screen
from tests.tui.fake_engine import FakeEngine

HARMLESS = {
    "charge_point.bundle",
    "charge_point.presets",
    "charge_point.stop_report",
    "configuration.all",
    "configuration.changed",
    "configuration.compare",
    "configuration.export",
    "connector.select",
    "csms.attach",
    "csms.steps",
    "maintenance.cache",
    "maintenance.certificates",
    "maintenance.diagnostics",
    "maintenance.firmware",
    "maintenance.link_history",
    "maintenance.local_list",
    "maintenance.log_upload",
    "maintenance.look_up",
    "maintenance.reservations",
    "maintenance.status_history",
    "messages.copy",
    "messages.export",
    "messages.of_connector",
    "messages.pause",
    "schedule.explain",
    "schedule.export",
    "schedule.go_to",
    "schedule.picture",
    "security.export_certificate",
    "security.own_certificate",
    "security.roots",
    "security.secure_link",
    "security.security_events",
    "security.server_certificate",
}
"""They only look, and write nothing but a file of the observer."""

NEED_ENGINE = {
    "charge_point.stop_report",
    "maintenance.look_up",
    "security.export_certificate",
}
NO_NEED = (Group.SCREEN, Group.CSMS)
"""What is about the screen alone, or about a CSMS that goes on without a charge point."""


async def until(drive: Drive, *words: str) -> None:
    for _ in range(100):
        await drive.settle()
        if drive.shows(*words):
            return
        await drive.pass_time(0.25)
    raise AssertionError(f"{words} not in:\n{drive.text()}")


async def test_a_charge_point_that_was_ended_in_order_is_not_said_to_be_lost() -> None:
    async with screen(worlds.healthy(), size=(100, 40)) as drive:
        drive.engine.lose_for(EngineEnded("the charge point has ended"))
        await until(drive, "■ Charge point ended", "× The charge point has ended: everything here")
        assert drive.shows("somebody stopped it in order. It is attached again by itself")
        drive.engine.lose("no charge point answers: No such file or directory")
        await drive.pass_time(3 * ATTACH_AGAIN_S)
        assert drive.shows("The charge point has ended · read on in what is there")
        drive.engine._ends_for = None
        drive.engine.revive()
        await until(drive, "● Accepted", "attached again")
        drive.engine.lose("the charge point hung up")
        await until(drive, "× Charge point lost", "is cp-tui serve still running? It is attached")


async def test_an_engine_that_is_lost_or_hangs_is_told_and_found_again() -> None:
    async with screen() as drive:
        engine = drive.engine
        async with drive.step("a lost engine is told in words and found again by itself"):
            engine.lose("the charge point hung up")
            await until(
                drive,
                "Charge point lost: the charge point hung up",
                "as it was at 14:03:27",
                "× Charge point lost",
            )
            assert engine.is_closed
            # What is there can be read on.
            await drive.press("enter")
            assert drive.shows("Connector 1")
            await drive.press("escape")
            engine.revive()
            engine.world["outbox"] = v.OutboxView(count=5)
            await until(drive, "● Accepted", "queue 5", "attached again")
        async with drive.step("a history comes once however often the engine is lost"):
            engine.emit("refusals", session_world.refusals()[0])
            for _time in range(2):
                await drive.settle()
                assert len(drive.app.store.snapshot.refusals) == 1
                engine.lose()
                await until(drive, "× Charge point lost")
                engine.revive()
                await until(drive, "● Accepted")
            assert len(drive.app.store.snapshot.refusals) == 1
        async with drive.step("an engine that hangs is told and what waits for it"):
            engine.holds("set_network")
            engine.answers_pings.clear()
            # The first ping was answered; the next one is sent after the pause.
            await drive.pass_time(liveness.PING_EVERY_S)
            await until(drive, "× Charge point silent since 14:03:27")
            assert not drive.shows("All well")
            assert drive.shows("The charge point has been silent since 14:03:27")
            await drive.press("N")
            assert drive.shows("waits for the charge point, silent since 14:03:27")
            # Whoever leaves now has asked for nothing.
            assert engine.calls == []
            engine.answers_pings.set()
            await until(drive, "● Accepted", "Pull the network cable … running")
            assert engine.calls == [("set_network", {"up": False})]
        async with drive.step("a form says what its command waits for"):
            held = engine.holds("data_transfer")
            await drive.press("d")
            await drive.type("org.example")
            await drive.press("enter")
            assert drive.shows("running since 14:03:27")
            engine.answers_pings.clear()
            await drive.pass_time(liveness.PING_EVERY_S)
            await until(drive, "it waits for the charge point, silent since 14:03:27")
            engine.answers_pings.set()
            held.set()


async def test_without_engine_every_change_is_refused_with_the_reason() -> None:
    engine = FakeEngine(worlds.healthy())
    async with screen(engine=engine) as drive:
        engine.lose()
        await drive.settle()
        snapshot = drive.app.store.snapshot
        for action in ACTIONS:
            if action.group not in NO_NEED and action.id not in HARMLESS - NEED_ENGINE:
                assert action.why_not(snapshot), action.id


async def test_looking_in_vain_says_why_and_q_leaves() -> None:
    engine = FakeEngine(worlds.healthy())
    async with screen(engine=engine) as drive:
        engine.lose("no charge point answers")
        await until(drive, "Charge point lost: no charge point answers")
        await drive.press("q")
        assert drive.app.return_value == "leave"


async def test_a_command_that_loses_its_engine_has_an_outcome() -> None:
    engine = FakeEngine(worlds.healthy())
    async with screen(engine=engine) as drive:
        engine.lose("the charge point hung up")
        drive.app.commands.connection = None
        await drive.settle()
        await drive.press("r")
        assert drive.app.is_running


OF_THE_SCREEN = (Group.SCREEN, Group.LOG)
CHANGES = [a for a in ACTIONS if a.group not in OF_THE_SCREEN and a.id not in HARMLESS]


@pytest.mark.parametrize("action", CHANGES, ids=lambda action: action.id)
def test_an_observer_is_refused_with_the_reason(action: ScreenAction) -> None:
    csms = CsmsState(is_ours=True, is_here=True)
    why = action.why_not(Snapshot(has_engine=True, is_read_only=True, csms=csms))
    assert why == "read only: attached as an observer"


async def test_what_was_asked_outlives_a_lost_engine_and_a_closed_form() -> None:
    async with screen() as drive:
        engine = drive.engine
        async with drive.step(
            "what is typed into a form outlives the engine and is sent when it is back"
        ):
            await drive.press("d")
            await drive.type("org.example")
            engine.lose()
            await drive.settle()
            assert drive.app.commands.connection is None
            assert drive.shows("org.example")
            await drive.press("enter")
            await until(drive, "no charge point is attached", "org.example")
            assert engine.calls == []
            engine.revive()
            for _ in range(100):
                await drive.pass_time(0.25)
                if drive.app.commands.connection is not None:
                    break
            engine.answers("data_transfer", {"status": "Accepted"})
            await drive.press("shift+tab", "enter")
            await until(drive, "Accepted")
            assert [method for method, _ in engine.calls] == ["data_transfer"]
        async with drive.step("a command that was asked long ago is told when it ends"):
            held = engine.holds("data_transfer")
            engine.answers("data_transfer", {"status": "Timeout"})
            await drive.press("d")
            await drive.type("org.example")
            await drive.press("enter")
            await drive.press("escape")
            await drive.press("N")
            await until(drive, "The network cable is pulled")
            held.set()
            await until(drive, "Timeout")
        async with drive.step("ctrl c does not kill the screen"):
            await drive.press("ctrl+c")
            assert drive.shows("q quits this screen")


async def test_a_swipe_that_waits_when_the_engine_is_lost_says_that_nobody_knows() -> None:
    engine = FakeEngine(worlds.healthy())
    async with screen(engine=engine) as drive:
        held = engine.holds("swipe")
        await drive.press("w")
        await drive.type("TAG")
        await drive.press("enter")
        await until(drive, "waiting for the decision since")
        engine.answers_with_loss("swipe", "the charge point hung up")
        held.set()
        engine.lose()
        await until(drive, "the charge point hung up", "TAG")


async def test_quitting_names_what_waits_for_its_answer_and_who_is_about_to_start() -> None:
    world = worlds.healthy()
    shown: v.Connectors = world["connectors"]
    changes = {"asked_id_tag": "NEWTAG", "transaction": None}
    free = [replace(c, **changes) if c.connector_id == 2 else c for c in shown]
    world = {**world, "connectors": v.Connectors(tuple(free))}
    engine = FakeEngine(world)
    async with screen(engine=engine, may_stop=lambda: True) as drive:
        engine.holds("set_network")
        await drive.press("N", "q")
        await until(drive, "Leave it running")
        await until(drive, "its outcome is not told any more", "tag NEWTAG is being decided upon")


async def test_an_engine_of_another_version_is_told_as_one_and_not_as_lost() -> None:
    engine = FakeEngine(worlds.healthy())
    text = "the charge point runs cp-tui 9.9.9, and this is cp-tui 0.1.0"
    engine.lose_for(OtherVersion(text))
    async with screen(engine=engine) as drive:
        await until(drive, "× Another version", "The charge point runs cp-tui 9.9.9")
        assert not drive.shows("attached again by itself")
        await drive.press("a")
        assert drive.shows("start it again with this version")


async def test_an_observer_sees_everything_and_changes_nothing() -> None:
    engine = FakeEngine(worlds.healthy(), read_only=True)
    async with screen(engine=engine, read_only=True) as drive:
        assert drive.shows("read only", "● Charging")
        await drive.press("s", "d", "m", "p", "w", "e", "r", "n")
        assert engine.calls == []
        assert drive.shows("read only: attached as an observer")


async def test_q_leaves_at_once_where_the_engine_is_not_ours() -> None:
    async with screen() as drive:
        await drive.press("q")
        assert drive.app.return_value == "leave"


@pytest.mark.parametrize(("key", "answer"), [("l", "leave"), ("s", "stop")])
async def test_q_asks_what_becomes_of_an_engine_of_ours(key: str, answer: str) -> None:
    async with screen(may_stop=lambda: True) as drive:
        await drive.press("q")
        assert drive.shows("Leave it running", "Stop it", "#1234")
        await drive.press(key)
        assert drive.app.return_value == answer


async def test_quitting_can_be_cancelled() -> None:
    async with screen(may_stop=lambda: True) as drive:
        for key in ["escape", "c"]:
            async with drive.step(f"quitting can be cancelled: {key}"):
                await drive.press("q", key)
                assert drive.app.is_running
                assert drive.shows("Connectors")
