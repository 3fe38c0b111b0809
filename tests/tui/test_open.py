"""A log on the screens of a charge point: what was known then, and what is wrong."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from msgspec import Struct
from syrupy.assertion import SnapshotAssertion

from cp_tui.charge_point.variables import LinkAttempt, LinkPhase, LinkStep, StatusChange
from cp_tui.follow.noted import NotedEvents
from cp_tui.ocpp.datatypes import ChargePointErrorCode, ChargePointStatus
from cp_tui.tui.app import Attachment
from cp_tui.tui.start.log_app import LogApp, no_engine
from cp_tui.tui.terminal.textual_private import QuietApp
from tests.tui.driving import Eye
from tests.tui.log_world import BEGIN, afternoon
from tests.tui.opened import LogEye, ReadLog, log_screen
from tests.tui.pictures import pictures

SIZES = ((80, 24), (160, 50))
AT_14_03 = "2026-01-05 14:03:00 UTC"


@pytest.fixture
def night(tmp_path: Path) -> Path:
    """One afternoon at a charge point."""
    return afternoon().written(tmp_path)


async def go_to(eye: LogEye, where: str) -> None:
    """Type a time or the number of a frame."""
    await eye.press("apostrophe")
    await eye.type(where)
    await eye.press("enter")


async def test_the_questions_of_somebody_who_opens_a_log_at_night(night: Path) -> None:
    async with log_screen(night) as eye:
        # Whose fault is it? That stands there when the log is opened.
        assert eye.shows("1 error: CSMS · 1 warning: charge point")
        assert eye.shows("at fault: the CSMS", "schema.not_in_enum", "(S 7)")
        # What was the limit at 14:03?
        await eye.press("1")
        await go_to(eye, "14:03")
        assert eye.shows(AT_14_03, "● Charging", "10.0 A from TxProfile #3")
        assert eye.shows("up to here · nothing departs from the standard")
        await go_to(eye, "99:99")
        assert eye.shows("'99:99' is no time; allowed: 14:03", "or the number of a frame")
        await eye.press("escape")
        # And before the profile came?
        await go_to(eye, "14:01:30")
        assert eye.shows("● Charging")
        assert not eye.shows("TxProfile")
        await go_to(eye, "1")
        assert eye.shows("frame 1 of 38")
        assert not eye.shows("10.0 A")
        # Why did it stop?
        await eye.press("5")
        await go_to(eye, "14:07")
        assert eye.shows("1 running · 0 past")
        await eye.press("right_parenthesis", "right_parenthesis")
        assert eye.shows("Stopped 14:08:01 · CSMS, remote · reason Remote", "0 running · 1 past")


async def test_what_the_limit_was_can_be_read_from_later(night: Path) -> None:
    async with log_screen(night, (160, 50)) as eye:
        await go_to(eye, "14:08:30")
        await eye.press("4", "g")
        await eye.type("14:03")
        await eye.press("enter")
        # Not that of the day after; and what was accepted then, though nothing runs any more.
        assert eye.shows("14:03 · connector 1 · 10.0 A until 14:08:01", "TxProfile #3")
        await eye.press("g")
        await eye.type("14:01")
        await eye.press("enter")
        assert eye.shows("14:01 · connector 1 · past", "Limits are known from 14:02")


async def test_from_finding_to_finding_on_any_screen_and_by_the_filter(night: Path) -> None:
    async with log_screen(night) as eye:
        await eye.press("enter")
        assert eye.shows("[2 Messages]", "frame 23 of 38", "ChangeAvailability", "× schema.not")
        await eye.press("4", "right_square_bracket")
        assert eye.shows("[4 Schedule]", "frame 35 of 38"), "where the timeline has the focus, too"
        await eye.press("left_square_bracket", "left_square_bracket")
        assert eye.shows("no finding before this", "frame 23 of 38")
        await eye.press("2", "slash", *"who:charger", "enter")
        assert eye.shows("1 line matches 'who:charger'")
        assert not eye.shows("ChangeAvailability")
        await eye.press("right_square_bracket")
        assert eye.shows("no finding after this that the filter 'who:charger' shows")
        await eye.press("slash", "home", *"finding:warning ", "enter")
        assert eye.shows("1 line matches 'finding:warning who:charger'")
        await eye.press("escape", "slash", *"!finding:*", "enter")
        assert not eye.shows("× schema.not")
        assert eye.shows("match '!finding:*'")


async def test_what_ours_would_have_answered_stands_beside_the_real_answer(night: Path) -> None:
    async with log_screen(night) as eye:
        assert eye.shows("Ours would answer otherwise 1 request", "▌14:05:01 ChangeAvail")
        assert eye.shows("ChangeAvailability Rejected")
        await eye.press("tab")
        assert eye.shows("▶ Ours would answer")
        await eye.press("enter")
        assert eye.shows("[2 Messages]", "frame 23 of 38", "≠ × schema.not_in_")
        await eye.press("enter")
        assert eye.shows(
            "Ours would have answered PropertyConstraintViolation, not Rejected", "(J 4.2.3)"
        )
        await eye.press("escape", "slash", *"ours:differs", "enter")
        assert eye.shows("1 line matches 'ours:differs'", "ChangeAvailability")
        assert not eye.shows("Heartbeat", "BootNotification")
        await go_to(eye, "1")
        await eye.press("right_square_bracket")
        assert eye.shows("frame 23 of 38")
        await eye.press("right_square_bracket")
        assert eye.shows("no other answer of ours after this")


async def test_a_filter_leads_somewhere_when_it_is_typed_to_its_end(night: Path) -> None:
    async with log_screen(night) as eye:
        await eye.press("2", "apostrophe", *"24", "enter")
        # While it is typed one stays there, and who leaves it is still there.
        await eye.press("slash", *"Boot")
        assert eye.shows("frame 24 of 38", "1 line matches", "▌14:00:00 out BootNotif")
        await eye.press("escape")
        assert eye.shows("frame 24 of 38", "▌14:05:01 in ChangeAvail")
        await eye.press("slash", *"no such", "enter")
        assert eye.shows("frame 24 of 38", "no message matches the filter")
        await eye.press("escape")
        assert eye.shows("frame 24 of 38", "▌14:05:01 in ChangeAvail")
        await eye.press("slash", *"action:Status")
        assert eye.shows("frame 24 of 38", "▌14:00:36 out StatusNotif"), "the nearest before"
        await eye.press("enter")
        assert eye.shows("2026-01-05 14:00:36 UTC")
        await eye.press("k", "escape")
        assert eye.shows("2026-01-05 14:00:34 UTC", "▌14:00:34 out StatusNotif", "38 messages")


async def test_another_schedule_than_ours_is_told_of_while_it_holds(tmp_path: Path) -> None:
    log = afternoon()
    at = log.lines.index(next(each for each in log.lines if "RemoteStop" in each))
    log.lines, rest = log.lines[:at], log.lines[at:]
    log.at = BEGIN + timedelta(minutes=7, seconds=30)
    told = {"chargingRateUnit": "A", "chargingSchedulePeriod": [{"startPeriod": 0, "limit": 12.0}]}
    answer = {"status": "Accepted", "connectorId": 1, "scheduleStart": log.clock()}
    asked = {"connectorId": 1, "duration": 20}
    log.ask("GetCompositeSchedule", asked, {**answer, "chargingSchedule": told}, up=False)
    log.lines += rest
    async with log_screen(log.written(tmp_path)) as eye:
        assert eye.shows("2 requests", "14:07:30 GetCompositeSchedule 12.0 A 10.0 A")
        await go_to(eye, "14:07:35")
        words = "≠ 14:07:30 connector 1 told 12.0 A, ours 10.0 A"
        await eye.press("4")
        assert eye.shows(words)
        await eye.press("up")
        assert not eye.shows(words), "that is the charge point as a whole"
        await eye.press("down")
        for where, is_told in (("14:07:29", False), ("14:07:35", True), ("14:07:51", False)):
            await go_to(eye, where)
            assert bool(eye.shows(words)) is is_told, where
        await go_to(eye, "14:07:35")
        await eye.press("enter")
        assert eye.shows(f"{words}: 5 s after its start it has 12.0 A, and TxProfile")


async def test_the_cursor_of_the_messages_goes_about_in_the_log(night: Path) -> None:
    async with log_screen(night) as eye:
        await eye.press("2", "g")
        assert eye.shows("frame 1 of 38", "2026-01-05 14:00:00")
        await eye.press("G")
        assert eye.shows("frame 38 of 38"), "the end, with the answer"
        await eye.press("g")
        await eye.press("j", "j")
        assert eye.shows("frame 5 of 38")
        await eye.press("full_stop")
        assert eye.shows("frame 6 of 38"), "the answer, which the same line tells of"
        await go_to(eye, "24")
        assert eye.shows("frame 24 of 38", "▌14:05:01 in ChangeAvailability")
        await go_to(eye, "6")
        await eye.press("1")
        assert eye.shows("○ Available")
        await eye.press("right_curly_bracket")
        assert eye.shows("frame 38 of 38"), "no further than to the end"
        await eye.press("2")
        assert eye.shows("▌14:08:04 out StatusNotification")


async def test_what_is_about_the_log_as_a_whole_leads_to_no_frame() -> None:
    async with log_screen("evcc_session.log") as eye:
        assert eye.shows("log.zone_assumed", "at fault: the log")
        await eye.press("enter")
        assert eye.shows("[9", "no frame shows that: it is about the log as a whole")
        await eye.press("6")
        assert eye.shows("[6 Maint]")
        await eye.press("8")
        assert eye.shows("[8 Security]")
        await eye.press("question_mark")
        assert eye.shows("Screen 8: Security")


async def test_a_click_on_the_time_line_goes_there(night: Path) -> None:
    async with log_screen(night) as eye:
        await eye.pilot.click("#log-line", offset=(len(" 14:00 "), 0))
        await eye.settle()
        assert eye.shows("2026-01-05 14:00:0")
        await eye.pilot.click("#log-line", offset=(79, 0))
        await eye.settle()
        assert eye.shows("2026-01-05 14:00:0"), "behind it stands what is found"


async def test_before_a_log_is_read_the_screen_says_so() -> None:
    waiting = asyncio.Event()

    async def opening() -> ReadLog:
        await waiting.wait()
        raise AssertionError("it is never read")

    app = LogApp(opening, Attachment(no_engine, read_only=True), flush_interval_s=0.01)
    async with app.run_test(size=(80, 24)) as pilot:
        eye = Eye(app, pilot)
        await eye.settle()
        assert eye.shows("no frame read yet", "nothing found yet, reading 0 %")
        await eye.press("right_square_bracket", "1")
        assert eye.shows("[1 Dash]")
        await eye.press("left_parenthesis")
        assert eye.shows("the log is being read")


async def test_what_cannot_be_done_with_a_log_is_refused_and_not_offered(night: Path) -> None:
    async with log_screen(night) as eye:
        await eye.press("1")
        assert not eye.shows("Stop OCPP")
        assert not eye.shows("w swipe")
        await eye.press("s")
        assert eye.shows("this is a log: nothing can be asked of the charge point")
        await go_to(eye, "noon-ish")
        assert eye.shows("'noon-ish' is no time; allowed: ")
        await eye.press("escape", "T")
        assert eye.shows("one charge point speaks in this log")
        await eye.press("4", "question_mark")
        assert eye.shows("Next finding", "Why this limit")
        assert not any(map(eye.shows, ("Set a profile", "Clear a", "Swipe", "Stop OCPP")))
        await eye.press("end")
        assert not eye.shows("nothing can be asked")
        await eye.press("escape", "colon")
        await eye.type("support")
        assert eye.shows("One file for support", "a log is one file as it is")


async def test_what_is_not_known_yet_keeps_nobody_from_going_elsewhere(night: Path) -> None:
    async with log_screen(night, held_back=38) as eye:
        assert eye.shows("○ Not known yet", "frame 38 of 38", "1 error: CSMS")
        await eye.press("enter")
        assert eye.shows("● Accepted", "frame 23 of 38")


async def test_several_charge_points_the_worst_first(tmp_path: Path) -> None:
    good, bad = afternoon("CP-GOOD"), afternoon("CP-BAD")
    good.lines = good.lines[:10]
    both = [*good.lines, *bad.lines]
    path = tmp_path / "two.jsonl"
    path.write_text("".join(f"{line}\n" for line in both))
    async with log_screen(path) as eye:
        assert eye.shows("CP-BAD", "1 error: CSMS", "1 note · T 1 other")
        await eye.press("T")
        assert eye.shows("▌CP-BAD ×1 !1", "CP-GOOD", "38 frames")
        await eye.press("down", "enter")
        assert eye.shows("CP-GOOD", "T 1 other ×1 !1")
        assert not eye.shows("1 error")
        await eye.press("2")
        assert eye.shows("10 messages")
        await eye.press("T", "enter")
        assert eye.shows("38 messages")


async def test_a_log_without_times_goes_by_frames(tmp_path: Path) -> None:
    async with log_screen("plain_frames.txt") as eye:
        assert eye.shows("no times", "frame 14 of", "Frame", " 3 frame.id_reused")
        await eye.press("2")
        assert eye.shows("Frame", " 13 out StatusNotification")
        assert not eye.shows("no time ")
        await eye.press("left_parenthesis")
        assert eye.shows("this log tells no times: only frames can be gone by")
        await go_to(eye, "2")
        assert eye.shows("frame 2 of")
        await eye.press("4")
        assert eye.shows("Schedule no times in this log")
        assert not eye.shows("00:30"), "nothing holds from a time to a time"


MOVES = (
    ("1", "comma", 300),
    ("1", "left_parenthesis", 400),
    ("2", "k", 600),
    ("2", "left_square_bracket", 1_200),
    ("9", "comma", 150),
)
"""A screen, a key, and how many bytes it may cost at 80x24."""


async def test_a_step_paints_what_it_changes_and_no_more(
    night: Path, monkeypatch: pytest.MonkeyPatch, painting: None
) -> None:
    sent: list[int] = []
    monkeypatch.setattr(QuietApp, "send", lambda app, text: sent.append(len(text.encode())))
    async with log_screen(night) as eye:
        costs: list[tuple[str, str, int, int]] = []
        for screen, key, most in MOVES:
            await go_to(eye, "14:07")
            await eye.press(screen)
            sent.clear()
            await eye.press(key)
            costs.append((screen, key, sum(sent), most))
        assert [each for each in costs if not 0 < each[2] <= each[3]] == []


@pytest.mark.parametrize("size", SIZES)
async def test_pictures(snapshot: SnapshotAssertion, night: Path, size: tuple[int, int]) -> None:
    async with log_screen(night, size) as eye:
        with pictures(snapshot) as seen:
            seen.text("findings", eye)
            await eye.press("enter")
            seen.text("messages", eye)
            await go_to(eye, "14:06")
            for key, name in (("1", "dashboard"), ("4", "schedule")):
                await eye.press(key)
                seen.text(name, eye)


async def test_after_the_last_frame_the_screens_say_what_the_charge_point_noted(
    night: Path,
) -> None:
    def attempt(minute: int, text: str, **more: Any) -> LinkAttempt:
        at = datetime(2026, 1, 5, 15, minute, tzinfo=UTC)
        return LinkAttempt(at=at, attempt=1, phase=LinkPhase.WAITING, text=text, **more)

    attempts = [
        attempt(0, "closed by the CSMS", step=LinkStep.OPEN),
        attempt(30, "nothing listens there", step=LinkStep.TCP),
    ]
    hot = StatusChange(
        connector_id=1,
        old_status=ChargePointStatus.AVAILABLE,
        status=ChargePointStatus.FAULTED,
        code="A9",
        cause="too hot",
        error_code=ChargePointErrorCode.HIGH_TEMPERATURE,
        time=datetime(2026, 1, 5, 15, 40, tzinfo=UTC),
    )
    noted: list[tuple[str, Struct]] = [("link_attempts", each) for each in attempts]
    noted.append(("status_changes", hot))
    async with log_screen(night, noted=NotedEvents(noted)) as eye:
        await eye.press("1")
        assert eye.shows("2026-01-05 15:40:00 UTC", "Faulted", "HighTemperature")
        await go_to(eye, "15:30")
        assert eye.shows("2026-01-05 15:30:00 UTC", "× TCP: nothing listens there")
        assert eye.shows("offline · since 15:00")
        await go_to(eye, "15:10")
        assert eye.shows("closed by the CSMS")
        await go_to(eye, "now")
        assert eye.shows("2026-01-05 15:40:00 UTC")
        await go_to(eye, "14:03")
        assert eye.shows(AT_14_03, "● Accepted")
