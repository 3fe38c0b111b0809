"""How what is wrong is said: the line under the top line, the one below it, and the dialog."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime

from textual.content import Content

from cp_tui.ocpp.datatypes import ChargePointStatus
from cp_tui.ocpp.plural import count
from cp_tui.tui.actions import conditions
from cp_tui.tui.dashboard.alarm import alarms
from cp_tui.tui.dashboard.countdown import instant, stale_after_s, until
from cp_tui.tui.dashboard.one_alarm import Alarm, Urgency
from cp_tui.tui.state.log_state import LogPlace, known_from
from cp_tui.tui.state.store import Snapshot
from cp_tui.tui.text.facts import Fact
from cp_tui.tui.text.log_words import verdict
from cp_tui.tui.text.units import cut
from cp_tui.tui.text.words import Clock, joined

KeyOf = Callable[[str], str]
"""Gives the key of an action by its id, as it is printed; empty without one."""

HEAD_CELLS_MIN = 14
"""Of the line, for what is wrong: a word or two of it."""


def alarm_line(
    found: Sequence[Alarm], snapshot: Snapshot, clock: Clock, key_of: KeyOf, width: int
) -> Content:
    """The worst in one line of this width: what is wrong gives way, what happens next and the key
    stay."""
    if not found and snapshot.log is not None:
        return Content.assemble(" ", cut(up_to_here(snapshot.log, key_of), width - 1))
    if not found:
        sign, style = Urgency.WELL.value
        return Content.styled(f" {sign} {well_words(snapshot)}", style)
    worst, others = found[0], len(found) - 1
    list_all = key_of("screen.alarms")
    is_listed = others and list_all
    more = f"and {others} more: {list_all}" if is_listed else ""
    few = f"{others} more: {list_all}" if is_listed else ""
    then = f"{worst.then} {until(worst.at, clock)}" if worst.at else worst.then
    act = _act_words(worst, snapshot, key_of)
    # The line begins with which connector it is.
    brief = _act_words(worst, snapshot, key_of, is_placed=True)
    head = f" {worst.urgency.sign} {worst.text}"
    # What is wrong may be cut, for it stands in a pane as well; the key that helps may not, as long
    # as there is room to tell what it helps against.
    parts = ((then, act, more), (then, act, few), (then, brief, few), (brief, few), (brief,))
    rooms = [(width - Content(tail).cell_length, tail) for tail in map(_tail, parts)]
    whole = [each for each in rooms[:3] if each[0] >= Content(head).cell_length]
    short = [each for each in rooms[2:] if each[0] >= HEAD_CELLS_MIN]
    room, tail = (*whole, *short, (width, ""))[0]
    said = cut(Content.styled(head, worst.urgency.style), room)
    return Content.assemble(said, tail)


def _tail(parts: Sequence[str]) -> str:
    return "".join(f" · {part}" for part in parts if part)


def second_line(found: Sequence[Alarm]) -> Content:
    """The hint for the worst, else the next one; empty where there is neither."""
    hint = found[0].check if found else ""
    if hint:
        return Content.assemble(Content.styled("   hint: ", "$text-muted"), hint)
    if len(found) < 2:
        return Content("")
    return Content.styled(f" {found[1].urgency.sign} {found[1].text}", found[1].urgency.style)


def alarm_facts(snapshot: Snapshot, clock: Clock, key_of: KeyOf) -> list[Fact]:
    """Everything that is wrong, in full, for a dialog."""
    facts: list[Fact] = []
    for number, alarm in enumerate(alarms(snapshot, clock), 1):
        said = Content.styled(f"{alarm.urgency.sign} {alarm.text}", alarm.urgency.style)
        facts.append(Fact(f"{number}.", said))
        if alarm.then:
            when = f" {instant(alarm.at, clock)}" if alarm.at else ""
            facts.append(Fact("  then", Content(f"{alarm.then}{when}")))
        if alarm.check:
            facts.append(Fact("  hint", Content(alarm.check)))
        if act := _act_words(alarm, snapshot, key_of):
            facts.append(Fact("  key", Content(act)))
    return facts or [Fact("", Content(well_words(snapshot)))]


def up_to_here(place: LogPlace, key_of: KeyOf) -> Content:
    """Of a log: what is found up to where somebody is, and who is at fault."""
    found = [each for each in place.findings if known_from(each) <= place.number]
    told = verdict(found) or Content("nothing departs from the standard")
    return joined(["up to here", told, f"{key_of('screen.findings')} lists all"])


def words_change_in_s(found: Sequence[Alarm], now: datetime) -> float | None:
    """Seconds until the line has to be made anew without any news; None: never."""
    waits = [(each.gone_at - now).total_seconds() for each in found if each.gone_at]
    if found and found[0].at and (stale_s := stale_after_s(found[0].at, now)) is not None:
        waits.append(stale_s)
    return max(0.0, min(waits)) if waits else None


def well_words(snapshot: Snapshot) -> str:
    """That all is well, and what it is doing."""
    # What is just on its way is no news: what waits is an alarm, with the reason.
    waits = "" if snapshot.watched else ", nothing waits"
    state = "nothing wrong was seen" if snapshot.watched else "Accepted"
    return f"All well: {state}, {_doing(snapshot)}{waits}"


DOING = {
    ChargePointStatus.AVAILABLE: "free",
    ChargePointStatus.PREPARING: "preparing",
    ChargePointStatus.CHARGING: "charging",
    ChargePointStatus.SUSPENDED_EV: "paused by the vehicle",
    ChargePointStatus.SUSPENDED_EVSE: "paused",
    ChargePointStatus.FINISHING: "finishing",
    ChargePointStatus.RESERVED: "reserved",
}
"""What connectors do, in the order in which it is told."""


def _doing(snapshot: Snapshot) -> str:
    states = [c.status for c in snapshot.connectors if c.connector_id]
    if snapshot.watched and not any(states):
        return "no status of a connector seen"
    if all(state is ChargePointStatus.AVAILABLE for state in states):
        return f"{count(len(states), 'connector')} ready"
    counts = [(states.count(state), word) for state, word in DOING.items()]
    return ", ".join(f"{number} {word}" for number, word in reversed(counts) if number)


def _act_words(alarm: Alarm, snapshot: Snapshot, key_of: KeyOf, *, is_placed: bool = False) -> str:
    """The key and what it does; empty where it would do nothing. `is_placed`: the place is said."""
    act = alarm.act
    is_look = act is not None and act.action_id.startswith("screen.")
    if act is None or (not is_look and conditions.change(snapshot) is not None):
        return ""
    key = key_of(act.action_id)
    is_there = act.connector_id in (None, snapshot.connector_id)
    place = "there" if is_placed else f"at connector {act.connector_id}"
    at = "" if is_there else f" {place}"
    return f"{key}{at} {act.words}" if key else ""
