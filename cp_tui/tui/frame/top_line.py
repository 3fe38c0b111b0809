"""The top line: who this is, whether the CSMS wants it, what waits, what was heard, and as of when.

`as of` is the time of the newest data, and not of the painting: it stands still when nothing comes.
"""

from __future__ import annotations

from datetime import datetime

from textual.content import Content

from cp_tui.charge_point.variables import LinkPhase
from cp_tui.tui.state.log_state import LogPlace
from cp_tui.tui.state.store import Snapshot
from cp_tui.tui.text.connection import state_word
from cp_tui.tui.text.log_words import frame_words, instant_words, under_way
from cp_tui.tui.text.safe_text import drawn, safe_text
from cp_tui.tui.text.styles import BOLD_ODD
from cp_tui.tui.text.units import cut
from cp_tui.tui.text.words import Clock, latency

GAP = Content("  ")

URL_WIDTH_MIN = 16
"""With less than this, the address says nothing."""

FILE_WIDTH_MIN = 8
"""With less than this, the name of a file says nothing."""

ID_WIDTH_MAX = 20
"""Longer ids are cut; the connection pane has them whole."""


def top_line(snapshot: Snapshot, clock: Clock, width: int) -> Content:
    """One line of exactly `width` cells; the least important parts are left out first."""
    if snapshot.log is not None:
        return _log_line(snapshot, snapshot.log, clock, width)
    identity = snapshot.identity
    name = drawn(identity.charge_point_id) if identity else "cp-tui"
    sign, word, style = state_word(snapshot)
    left = [
        Content.styled(f" {name}", "bold").truncate(ID_WIDTH_MAX + 1, ellipsis=True),
        Content.styled(f"{sign} {word}", f"bold {style}"),
    ]
    if snapshot.watched:
        left.append(Content.styled("only watched", "reverse bold"))
    elif snapshot.is_read_only:
        left.append(Content.styled("read only", "reverse bold"))
    right = [as_of(snapshot, clock)]
    dated = Content.assemble(left[1], f" {_state_since(snapshot, clock)}".rstrip())
    if _room([left[0], dated, *left[2:]], right, width) >= 0:
        left[1] = dated
    queue = Content.styled(
        f"queue {snapshot.outbox.count}", "bold $text-warning" if snapshot.outbox.count else ""
    )
    url = safe_text(identity.url) if identity else Content("")
    if snapshot.watched:
        # What waits there is not seen.
        queue = safe_text(snapshot.watched)
    for part in (
        queue,
        _csms_heard(snapshot, clock),
        url,
        _open_since(snapshot, clock),
        _ping(snapshot),
    ):
        room = _room(left, right, width) - len(GAP)
        if part is url and room >= URL_WIDTH_MIN:
            part = part.truncate(room, ellipsis=True)
        if part and room >= part.cell_length:
            left.append(part)
    line, tail = GAP.join(left), GAP.join(right)
    gap = max(width - line.cell_length - tail.cell_length, 0)
    whole = Content.assemble(line, " " * gap, tail)
    return cut(whole, width).truncate(width, pad=True)


def _log_line(snapshot: Snapshot, place: LogPlace, clock: Clock, width: int) -> Content:
    """Whose log it is, how it stood then, and what goes on now."""
    sign, word, style = state_word(snapshot)
    tail = as_of(snapshot, clock)
    unnamed = "several mixed" if place.is_mixed else "unnamed"
    name = place.charger or (unnamed if place.frames else place.name or "cp-tui")
    parts = [
        Content.styled(f" {drawn(name)}", "bold $text-warning" if place.is_mixed else "bold"),
        Content.styled(f"{sign} {word}", f"bold {style}"),
        safe_text(place.name if place.frames else ""),
        under_way(place),
    ]
    parts[0] = parts[0].truncate(ID_WIDTH_MAX + 1, ellipsis=True)
    room = width - tail.cell_length - len(GAP)
    left = parts[:2]
    for part in (parts[3], parts[2]):
        left_over = room - GAP.join(left).cell_length - len(GAP)
        if part and left_over >= min(part.cell_length, FILE_WIDTH_MIN):
            left.insert(2, part.truncate(left_over, ellipsis=True))
    line = GAP.join(left)
    gap = max(width - line.cell_length - tail.cell_length, 0)
    return cut(Content.assemble(line, " " * gap, tail), width).truncate(width, pad=True)


def before_as_of(snapshot: Snapshot, clock: Clock, width: int) -> Content:
    """The line without its end, in the `width` cells that the end leaves."""
    whole = top_line(snapshot, clock, width + as_of(snapshot, clock).cell_length)
    return whole.truncate(width)


def as_of(snapshot: Snapshot, clock: Clock) -> Content:
    """The end of the line: when the newest data came; of a log, where in it one is."""
    if (place := snapshot.log) is not None and not place.frames:
        return Content.styled("no frame read yet ", "$text-muted")
    if (place := snapshot.log) is not None:
        return Content.assemble(
            Content.styled(f"{instant_words(place, clock)} ", "bold"),
            Content.styled(f"{frame_words(place)} ", "$text-muted"),
        )
    if snapshot.heard_at is None:
        return Content.styled("nothing heard yet ", "$text-muted")
    if snapshot.watched and (frame_at := _last_frame_at(snapshot)) is not None:
        return Content.styled(f"last frame {clock.stamp(frame_at)} ", "$text-muted")
    return Content.styled(f"as of {clock.stamp(snapshot.heard_at)} ", "$text-muted")


def _last_frame_at(snapshot: Snapshot) -> datetime | None:
    """When the newest frame went either way: of one that is only watched, nothing else is heard."""
    link = snapshot.link
    frames = (link.last_in, link.last_out) if link is not None else ()
    return max((each.at for each in frames if each is not None), default=None)


DOWN = (LinkPhase.WAITING, LinkPhase.STOPPED)


def _csms_heard(snapshot: Snapshot, clock: Clock) -> Content:
    """When the CSMS sent its newest frame, or since when it answers nothing.

    A time of day and not an age: that would be wrong a second later, or cost bytes at rest.
    """
    link, registration = snapshot.link, snapshot.registration
    if link is None or link.phase is not LinkPhase.OPEN or snapshot.hung_since is not None:
        return Content("")
    if registration is not None and (unanswered := registration.unanswered) is not None:
        return Content.styled(f"! CSMS silent since {clock.brief(unanswered.since)}", BOLD_ODD)
    if link.last_in is None or snapshot.watched:
        return Content("")
    # Quiet as the end of the line is: with every sample of a car both go on, in one colour.
    return Content.styled(f"CSMS heard {clock.brief(link.last_in.at)}", "$text-muted")


def _open_since(snapshot: Snapshot, clock: Clock) -> Content:
    link = snapshot.link
    if link is None or link.phase is not LinkPhase.OPEN or snapshot.hung_since is not None:
        return Content("")
    # As it was seen last: since then nothing is known of it.
    if not snapshot.has_engine:
        return Content("")
    return Content(clock.since(clock.minute, link.since))


def _ping(snapshot: Snapshot) -> Content:
    link = snapshot.link
    if not snapshot.has_engine or link is None or link.phase is not LinkPhase.OPEN:
        return Content("")
    if link.ping_round_trip_ms is None:
        return Content("")
    return Content(latency(link.ping_round_trip_ms))


def _state_since(snapshot: Snapshot, clock: Clock) -> str:
    """Since when there is no charge point or no CSMS; empty: there is, or it is not known."""
    if not snapshot.has_engine and snapshot.lost_at is not None:
        # Since when the connection is as it was last seen is another matter.
        return clock.since(clock.minute, snapshot.lost_at)
    if snapshot.hung_since is not None:
        return f"since {clock.time(snapshot.hung_since)}"
    if snapshot.has_engine and snapshot.link is not None and snapshot.link.phase in DOWN:
        # Where nobody is there, it says nothing of since when.
        return clock.since(clock.minute, snapshot.link.since)
    return ""


def _room(left: list[Content], right: list[Content], width: int) -> int:
    return width - GAP.join(left).cell_length - GAP.join(right).cell_length - len(GAP)
