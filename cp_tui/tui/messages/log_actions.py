"""Going about in a log: to the next finding, by frames and by time, and playing it."""

from __future__ import annotations

import re
from functools import partial

from msgspec.structs import replace
from textual.content import Content

from cp_tui.ocpp.plural import count
from cp_tui.tui.actions import conditions
from cp_tui.tui.actions.action import action
from cp_tui.tui.actions.desk import Choice, Desk, Prompt
from cp_tui.tui.messages.filter import MessageFilter, WrongFilter, message_filter
from cp_tui.tui.state.log_state import SPEEDS, LogPlace
from cp_tui.tui.text.log_words import counts_of
from cp_tui.tui.text.meanings import Meaning
from cp_tui.tui.text.moment import moment
from cp_tui.tui.text.safe_text import safe_text
from cp_tui.tui.text.words import Clock

MINUTE_S, HOUR_S = 60.0, 3600.0

FRAME = re.compile(r"#?(\d{1,3}(?:[,.' ]\d{3})+|\d+)")
"""`1234`, `1,234`, `#12`: a number alone is that of a frame."""

ALLOWED = "14:03, 14:03:22, Nov 05 8:00, +10m, -2h, or the number of a frame"

NOW = "now"
"""Of a log that is its end."""

log_action = partial(action, when=conditions.in_log, gives_way=conditions.not_in_log)
"""Their keys are those of other actions where no log is looked at."""


@log_action("log.next", "Next finding", means=Meaning.PAN_RIGHT, short="Next")
async def next_finding(desk: Desk) -> None:
    """Go to the next message with a finding, of those that the filter of the messages shows."""
    await _go_to_finding(desk, 1)


@log_action("log.previous", "Previous finding", means=Meaning.PAN_LEFT, short="Previous")
async def previous_finding(desk: Desk) -> None:
    """Go to the message with a finding before, of those that the filter of the messages shows."""
    await _go_to_finding(desk, -1)


async def _go_to_finding(desk: Desk, step: int) -> None:
    words = desk.words_on("messages")
    try:
        wanted = message_filter(words, desk.clock)
    except WrongFilter:
        wanted = MessageFilter()
    takes, takes_finding, is_ours = wanted.takes, wanted.takes_finding, wanted.differs
    if await desk.travel.go_to_finding(step, takes, takes_finding, is_ours=is_ours):
        return
    what = "other answer of ours" if is_ours else "finding"
    which = f"no {what} after this" if step > 0 else f"no {what} before this"
    judging = ", so far" if desk.travel.place.is_judging else ""
    of_filter = "" if wanted.takes_all else f" that the filter {words!r} shows"
    desk.refuse(safe_text(f"{which}{of_filter}{judging}"))


@log_action("log.frame_on", "Next frame", means=Meaning.STEP)
async def frame_on(desk: Desk) -> None:
    """Take one more frame in; every screen then tells what is known with it."""
    desk.travel.step(1)


@log_action("log.frame_back", "Frame before", means=Meaning.STEP_BACK)
async def frame_back(desk: Desk) -> None:
    """Go back by one frame."""
    desk.travel.step(-1)


@log_action("log.minute_on", "A minute later", means=Meaning.MINUTE_ON)
async def minute_on(desk: Desk) -> None:
    """Go on by a minute of the log."""
    _shift(desk, MINUTE_S)


@log_action("log.minute_back", "A minute earlier", means=Meaning.MINUTE_BACK)
async def minute_back(desk: Desk) -> None:
    """Go back by a minute of the log."""
    _shift(desk, -MINUTE_S)


@log_action("log.hour_on", "An hour later", means=Meaning.HOUR_ON)
async def hour_on(desk: Desk) -> None:
    """Go on by an hour of the log."""
    _shift(desk, HOUR_S)


@log_action("log.hour_back", "An hour earlier", means=Meaning.HOUR_BACK)
async def hour_back(desk: Desk) -> None:
    """Go back by an hour of the log."""
    _shift(desk, -HOUR_S)


@log_action("log.begin", "The beginning of the log")
async def begin(desk: Desk) -> None:
    """Go to its first frame."""
    desk.travel.go_to_frame(1)


@log_action("log.end", "The end of the log")
async def end(desk: Desk) -> None:
    """Go to its last frame, or to what was noted after it."""
    desk.travel.go_to_end()


def _shift(desk: Desk, seconds: float) -> None:
    if desk.travel.place.instant is None:
        desk.refuse(Content("this log tells no times: only frames can be gone by"))
    else:
        desk.travel.shift(seconds)


@log_action("log.go_to", "Go to a time or a frame of the log", means=Meaning.INSTANT, short="Go to")
async def go_to(desk: Desk) -> None:
    """Type a time, such as 14:03, or the number of a frame; every screen tells what was then."""
    place = desk.travel.place

    def check(text: str) -> str | None:
        return None if FRAME.fullmatch(text.strip()) else _wrong_time(text, place, desk.clock)

    typed = await desk.prompt(Prompt("Go to", ALLOWED, check))
    if typed is None:
        return
    if (number := FRAME.fullmatch(typed.strip())) is not None:
        desk.travel.go_to_frame(int(re.sub(r"\D", "", number[1])))
    elif typed.strip().casefold() == NOW:
        desk.travel.go_to_end()
    else:
        desk.travel.go_to(moment(typed, _clock_of(typed, place, desk.clock)))


def _wrong_time(text: str, place: LogPlace, clock: Clock) -> str | None:
    if place.instant is None:
        return "this log tells no times: type the number of a frame"
    try:
        moment(text, _clock_of(text, place, clock), ALLOWED)
    except ValueError as error:
        return f"{error}"
    return None


def _clock_of(typed: str, place: LogPlace, clock: Clock) -> Clock:
    """What a time is counted from: a time of day is the first one in the log."""
    if typed.strip()[:1] in "+-" or place.begin is None:
        return clock
    return replace(clock, now=place.begin)


@log_action(
    "log.which",
    "Another charge point of the log",
    means=Meaning.CHARGER,
    short="Charge point",
    when=conditions.several,
)
async def choose_charger(desk: Desk) -> None:
    """Of several that speak in one log, the one with the gravest findings stands first."""
    travel = desk.travel
    numbers, chargers = travel.by_interest, travel.chargers
    names = [*numbers]
    choices = [
        Choice(
            f"{number}",
            safe_text(name or "without a name", "bold"),
            counts_of(numbers[name]),
            about=Content(count(len(chargers[name].places), "frame")),
        )
        for number, name in enumerate(names)
    ]
    if (chosen := await desk.choose("Charge points of this log", choices)) is not None:
        travel.look_at(names[int(chosen)])


@log_action("log.play", "Play the log, or stand still", means=Meaning.PAUSE)
async def play(desk: Desk) -> None:
    """The log goes on by itself, as fast as chosen; every screen tells what was known then."""
    desk.travel.play()


@log_action("log.slower", "Play the log more slowly", means=Meaning.SLOWER)
async def slower(desk: Desk) -> None:
    """As fast as then is the slowest."""
    _change_speed(desk, -1)


@log_action("log.faster", "Play the log faster", means=Meaning.FASTER)
async def faster(desk: Desk) -> None:
    """Ten times as fast as then, a minute in a second, and so on."""
    _change_speed(desk, 1)


def _change_speed(desk: Desk, step: int) -> None:
    place = SPEEDS.index(desk.travel.speed) + step
    if not 0 <= place < len(SPEEDS):
        desk.refuse(Content(f"{desk.travel.speed:g}x is the end of it"))
        return
    desk.travel.set_speed(SPEEDS[place])
    desk.tell(Content(f"played at {SPEEDS[place]:g}x"))
