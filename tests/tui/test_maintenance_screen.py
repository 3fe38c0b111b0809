"""The maintenance screen: every subject in its list, tags looked up, what destroys asks."""

from __future__ import annotations

import pytest
from msgspec import to_builtins
from msgspec.structs import replace
from pydantic import JsonValue

from cp_tui.charge_point import variables as v
from cp_tui.charge_point.codec import builtins_of, converted
from cp_tui.charge_point.reason import Reason
from cp_tui.tui.maintenance.panes import SUBJECTS
from tests.tui import maintenance_world as world, worlds
from tests.tui.driving import Drive, screen
from tests.tui.fake_engine import FakeEngine
from tests.tui.test_hostile_text import HOSTILE, assert_harmless, poisoned, poisoned_world
from tests.tui.worlds import at

TO = {
    subject.NAME: ("escape", "home", *["down"] * row, "enter")
    for row, subject in enumerate(SUBJECTS)
}

ANSWERS = {
    "firmware": ("Moved 25 %, 1.2 MiB of 4.8 MiB", "Try 2 of 4", "https://***@files"),
    "diagnostics": ("File diagnostics-CP001-20260105T132201Z.zip", "To ftp://***@files"),
    "log_upload": ("Log security log · request 5 · from Jan 04 00:00:00", "To https://***@files"),
    "reservations": (
        "◇ held 11 2 04D4E5F6A7 14:30 27 min",
        "ended 10 1 04A2B3C4D5 13:20 04A2B3C4D5 started",
    ),
    "local_list": ("sent Jan 03 08:15:00", "04C0FFEE11 Expired 00:00"),
    "cache": ("04FFEE01 Blocked 13:58 5 min", "3 days FLEET-7"),
    "status_history": ("12:51:03 2 Available ! Faulted A9 error Ground", "B3 energy"),
    "link_history": ("11:45:01 3 × HTTP HTTP 401", "link ended 2 h 37 min"),
}


def selected(drive: Drive) -> str | None:
    """The subject under the cursor of the overview."""
    return drive.app.store.snapshot.cursors.get("maintenance")


def focused(drive: Drive) -> str:
    """The pane with the focus."""
    return drive.app.desk.pane


async def test_every_answer_is_6_and_a_letter_away() -> None:
    async with screen(engine=world.engine()) as drive:
        async with drive.step("every answer is in the list of 6 at 80x24"):
            for subject, keys in TO.items():
                await drive.press("6", *keys)
                assert drive.shows(*ANSWERS[subject]), subject
                assert (selected(drive), focused(drive)) == (subject, subject)
        async with drive.step("details of each table open with enter"):
            for keys, words in (
                (
                    (*TO["reservations"], "down", "down"),
                    ("Reservation", "Why 04A2B3C4D5 started on connector 1"),
                ),
                (TO["cache"], ("Tag of the cache", "13:58:12 from the CSMS · 5 min ago")),
                ((*TO["status_history"], "G"), ("Status change", "Info residual current 31 mA")),
                (
                    (*TO["link_history"], "down"),
                    ("Attempt to connect", "Hint AuthorizationKey here and at the CSMS"),
                ),
            ):
                await drive.press("6", *keys, "enter")
                assert drive.shows(*words)
                await drive.press("escape")
        async with drive.step("a subject is reached from another screen through the menu"):
            await drive.press("ctrl+p")
            await drive.type("maintenance.link_history")
            await drive.press("enter")
            assert focused(drive) == "link_history"
            assert drive.shows(*ANSWERS["link_history"])


async def test_subjects_are_walked_filtered_and_tags_looked_up() -> None:
    async with screen(engine=world.engine(), at="maintenance") as drive:
        engine = drive.engine
        async with drive.step("the overview tells how every subject stands"):
            assert focused(drive) == "maintenance"
            assert drive.shows("▌Firmware 1.0.0 · downloading · 25 %", "try 2 of 4")
            assert drive.shows("Reservations 2 in force · connector 2 for 04D4E5F6A7 until 14:30")
            assert drive.shows("Status history 13:20:11 connector 1 ● Charging · B3")
        async with drive.step("the cursor shows a subject and enter or tab goes into it"):
            await drive.press("down", "down", "down")
            assert drive.shows(*ANSWERS["reservations"])
            assert focused(drive) == "maintenance"
            await drive.press("tab")
            assert focused(drive) == "reservations"
            await drive.press("tab", "down", "enter")
            assert focused(drive) == "local_list"
            await drive.press("enter")
            assert drive.shows("Tag of the local list", "04A2B3C4D5", "FLEET-7")
        async with drive.step("the line under the link history follows its cursor"):
            await drive.press(*TO["link_history"], "down", "down")
            assert drive.shows("Hint check the port in csms.url, and whether the CSMS runs")
        async with drive.step("a number in the filter is a connector"):
            await drive.press(*TO["status_history"], "slash", "2")
            assert drive.shows("2 of 4 match '2'", "A9")
            assert not drive.shows("B3 energy is offered 12")
            await drive.press("escape")
            assert drive.shows("cable plugged in")
        async with drive.step(
            "the filter is that of the pane with the focus or the next with rows"
        ):
            await drive.press(*TO["local_list"], "slash", *"blocked")
            assert drive.shows("1 of 4 match")
            await drive.press("enter", "escape", *TO["firmware"], "slash")
            assert drive.shows("Firmware is no table: this filters Maintenance")
            await drive.type("link")
            assert drive.shows("1 of 8 match 'link'")
            await drive.press("ctrl+u", *"!link")
            assert drive.shows("7 of 8 match '!link'")
        async with drive.step("the menu changes what fills the terminal"):
            await drive.press(*TO["local_list"], "z", "ctrl+p")
            await drive.type("maintenance.cache")
            await drive.press("enter")
            assert drive.shows("04FFEE01")
            assert not drive.shows("Subject")
            await drive.press("escape")
            assert drive.shows("Subject", "04FFEE01")
        async with drive.step("progress that is the same paints nothing"):
            before = drive.strips()
            drive.engine.publish("firmware", world.firmware())
            await drive.settle()
            assert drive.strips() == before
        async with drive.step("a tag is looked up for a connector and a wrong one is refused here"):
            engine.answers("explain_tag", explanation(connector_id=2))
            await drive.press("W", "ctrl+u", "enter")
            assert drive.shows("Tag must not be empty")
            await drive.type("x" * 21)
            await drive.press("enter")
            assert drive.shows("is no text of 1 to 20 characters")
            await drive.press("ctrl+u", *"04AA", "tab", *"3", "enter")
            assert drive.shows("Connector: '3' is none of 1, 2")
            await drive.press("ctrl+u", "2", "enter")
            assert engine.calls == [("explain_tag", {"id_tag": "04AA", "connector_id": 2})]
            assert drive.shows("Connector 2 takes a tag now")


async def test_a_cursor_on_the_newest_follows_what_comes_one_that_was_moved_stays() -> None:
    async with screen(engine=world.engine(), at="maintenance") as drive:
        await drive.press(*TO["link_history"])
        lost = world.lost()
        drive.engine.emit("link_attempts", lost[-2])
        await drive.settle()
        assert drive.shows("▌13:56:17", "Cause connection refused: nothing listens on")
        await drive.press("down")
        drive.engine.emit("link_attempts", lost[-1])
        await drive.settle()
        assert drive.shows("13:58:17", "▌11:49:02", "Cause connected")


async def test_a_large_terminal_shows_the_histories_beside_what_is_selected() -> None:
    async with screen(engine=world.engine(), size=(160, 50), at="maintenance") as drive:
        assert drive.shows("Moved 25 %", "error GroundFailure raised", "HTTP 401")
        await drive.press(*TO["status_history"])
        assert drive.shows("error GroundFailure raised", "HTTP 401", "check the port in csms.url")
        await drive.pilot.resize_terminal(80, 24)
        await drive.settle()
        assert not drive.shows("HTTP 401")


async def test_news_reach_the_subject_that_is_seen_and_the_one_that_comes_next() -> None:
    async with screen(engine=world.engine(), at="maintenance") as drive:
        drive.engine.publish("firmware", world.firmware(v.FirmwareState.INSTALLING))
        drive.engine.publish("reservations", v.ReservationsView())
        change = replace(world.status_changes()[1], time=at(14, 3))
        drive.engine.emit("status_changes", change)
        await drive.settle()
        assert drive.shows("Update installing", "Reservations none", "14:03:00 connector 2")
        await drive.press(*TO["reservations"])
        assert drive.shows("no reservation")


def explanation(**changes: object) -> JsonValue:
    """An answer to explain_tag."""
    told = v.TagExplanation(
        id_tag="04D4E5F6A7",
        known_by="the local list",
        status=world.ACCEPTED,
        outcome=v.TagOutcome.ASK,
        reason=Reason(
            id="authorization.ask.no_pre_authorization",
            rule="S 9.1",
            text="the local list says Accepted for 04D4E5F6A7, but LocalPreAuthorize is false",
            values={"key": "LocalPreAuthorize"},
        ),
        outcome_without_answer=v.TagOutcome.ACCEPTED,
        reason_without_answer=Reason(
            id="authorization.offline.list_accepted",
            rule="S 3.5.4",
            text="the CSMS gives no answer; LocalAuthorizeOffline is true",
        ),
        reservations=(11,),
    )
    answer: JsonValue = builtins_of(replace(told, **changes))
    return answer


async def test_u_tells_what_would_happen_with_a_tag_and_why() -> None:
    engine = world.engine()
    engine.answers("explain_tag", explanation())
    async with screen(engine=engine, size=(80, 40), at="maintenance") as drive:
        await drive.press(*TO["reservations"], "W")
        assert drive.shows("Look a tag up", "LocalPreAuthorize true", "04D4E5F6A7")
        await drive.press("enter")
        asked = {"id_tag": "04D4E5F6A7", "connector_id": 1}
        assert engine.calls == [("explain_tag", asked)]
        assert drive.shows("Result the CSMS is asked", "Known the local list: Accepted")
        assert drive.shows("it may use reservation 11", "Offline may start")
        assert drive.shows("Online the CSMS is asked", "LocalAuthorizeOffline is true (S 3.5.4)")


async def test_what_changes_or_destroys_asks_before() -> None:
    async with screen(engine=world.engine(), at="maintenance") as drive:
        engine = drive.engine
        async with drive.step("an explanation that this version does not know is shown as it came"):
            engine.answers("explain_tag", {"verdict": "perhaps"})
            await drive.press("W", "enter")
            assert drive.shows("perhaps")
        async with drive.step("x asks and cancels the selected reservation"):
            await drive.press(*TO["reservations"], "down", "x")
            assert drive.shows(
                "Cancel reservation 12?", "every tag of group FLEET-7", "4 h 27 min left"
            )
            assert drive.shows("a StatusNotification is all the CSMS gets")
            await drive.press("n")
            assert engine.calls == []
            await drive.press("x", "y")
            assert engine.calls == [("cancel_reservation", {"reservation_id": 12})]
            assert drive.shows("is cancelled")
        async with drive.step("x elsewhere lets a reservation in force be chosen"):
            await drive.press("x")
            assert drive.shows("Cancel which reservation?", "11 on connector 2 for 04D4E5F6A7")
            await drive.press("enter")
            assert drive.shows("Cancel reservation 1")
            await drive.press("escape", *TO["reservations"], "G", "x")
            assert drive.shows("Cancel which reservation?")
            assert engine.calls == []
        async with drive.step("clearing the cache asks and says how many were forgotten"):
            engine.answers("clear_authorization_cache", 2)
            await drive.press(*TO["cache"], "X")
            assert drive.shows("Clear the authorization cache?", "2 tags forgotten")
            assert drive.shows("offline they are unknown")
            await drive.press("y")
            assert engine.calls == [("clear_authorization_cache", {})]
            assert drive.shows("Clear the authorization cache: 2 tags forgotten")
        async with drive.step("the power the network and errors are a key away"):
            await drive.press("N")
            assert engine.calls == [("set_network", {"up": False})]
            await drive.press("exclamation_mark")
            assert drive.shows("Raise an error at connector 1", "ConnectorLockFailure")
            await drive.press("escape", "b")
            assert drive.shows("Cut the power")


async def test_an_observer_sees_everything_and_looks_tags_up_but_changes_nothing() -> None:
    engine = world.engine()
    async with screen(engine=engine, read_only=True) as drive:
        for key in ("x", "X", "b", "N", "exclamation_mark"):
            await drive.press("6", key)
            assert drive.shows("read only: attached as an observer")
        await drive.press(*TO["status_history"])
        assert drive.shows(*ANSWERS["status_history"])
        await drive.press("W")
        assert drive.shows("Look a tag up")
        assert engine.calls == []


async def test_what_there_is_not_is_said() -> None:
    async with screen(
        engine=world.engine(world.empty(), changes=[], attempts=[]), at="maintenance"
    ) as drive:
        await drive.press("x")
        assert drive.shows("Cancel a reservation: no reservation is in force")
        await drive.press("X")
        assert drive.shows("Clear the authorization cache: the cache is empty")
        await drive.press(*TO["local_list"])
        assert drive.shows("empty, version 0 · in use · never sent by the CSMS", "no tag")
        await drive.press(*TO["firmware"])
        assert drive.shows("no update yet", "the CSMS orders one with UpdateFirmware or")


async def test_before_the_engine_has_said_anything_nothing_is_known() -> None:
    async with screen(engine=FakeEngine(worlds.empty())) as drive:
        await drive.press("6", "end", "home")
        assert drive.shows("Firmware not known yet", "Link history not known yet")


async def test_ten_thousand_tags_and_five_hundred_changes_are_shown_and_told() -> None:
    async with screen(engine=world.crowded(), at="maintenance") as drive:
        await drive.press(*TO["local_list"])
        assert drive.shows("100 of 10000 shown, W looks up any", "version 12 · 10000 tags")
        await drive.press("G")
        assert drive.shows("1000000095")
        await drive.press(*TO["status_history"])
        assert drive.shows("Status history 500", "13:37:25")
        await drive.press("slash", *"12")
        assert drive.shows("40 of 500 match '12'")


@pytest.mark.usefixtures("painting")
async def test_a_step_of_the_cursor_paints_two_lines() -> None:
    async with screen(engine=world.crowded(), at="maintenance") as drive:
        await drive.press(*TO["status_history"])
        pane = drive.app.main.query_one("#status_history-table")
        painted: list[int] = []
        render = pane.render_line

        def noting(y: int) -> object:
            painted.append(y)
            return render(y)

        pane.render_line = noting  # type: ignore[method-assign, assignment]
        await drive.press("down")
        assert painted == [1, 2]


@pytest.mark.parametrize("poison", HOSTILE.values(), ids=HOSTILE)
async def test_text_from_outside_is_harmless_in_every_subject(poison: str) -> None:
    engine = FakeEngine(poisoned_world(world.world(), poison))
    for change in world.status_changes():
        hostile = poisoned(change, poison)
        assert isinstance(hostile, v.StatusChange)
        engine.emit("status_changes", hostile)
    for attempt in world.link_attempts():
        bad = poisoned(attempt, poison)
        assert isinstance(bad, v.LinkAttempt)
        engine.emit("link_attempts", bad)
    told = poisoned(converted(v.TagExplanation, explanation()), poison)
    assert isinstance(told, v.TagExplanation)
    # A lone surrogate can be said in no UTF-8; a hostile engine may say it in JSON.
    engine.answers("explain_tag", to_builtins(told))
    async with screen(engine=engine, at="maintenance") as drive:
        for keys in TO.values():
            await drive.press(*keys)
            assert_harmless(drive)
        for subject in ("reservations", "local_list", "cache", "status_history", "link_history"):
            await drive.press(*TO[subject], "enter")
            assert_harmless(drive)
            await drive.press("escape")
        await drive.press("x")
        assert_harmless(drive)
        await drive.press("escape", "W", "ctrl+u", "x", "enter")
        assert_harmless(drive)
