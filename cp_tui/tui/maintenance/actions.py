"""The actions of the maintenance screen."""

from __future__ import annotations

from textual.content import Content

from cp_tui.charge_point.variables import Reservation
from cp_tui.ocpp.plural import count
from cp_tui.tui.actions import conditions
from cp_tui.tui.actions.action import Group, action
from cp_tui.tui.actions.command_form import tag_fields
from cp_tui.tui.actions.commands import CommandCall
from cp_tui.tui.actions.desk import Choice, ConfirmQuestion, Desk, Form
from cp_tui.tui.frame.subjects import shown_by
from cp_tui.tui.maintenance.panes import SUBJECTS, ReservationsPane
from cp_tui.tui.maintenance.reservations_text import (
    ReservationLine,
    reservation_facts,
    reservation_of,
)
from cp_tui.tui.text.facts import Fact
from cp_tui.tui.text.meanings import Meaning
from cp_tui.tui.text.safe_text import drawn, safe_text
from cp_tui.tui.text.tag_explanation import deciding_keys

SHOW_SUBJECTS = tuple(shown_by(each, "maintenance", Group.MAINTENANCE) for each in SUBJECTS)
"""One for each subject."""


@action(
    "maintenance.look_up",
    "Look a tag up",
    means=Meaning.WHY,
    short="Look up",
    screens="maintenance",
    when=conditions.ask,
)
async def look_up(desk: Desk) -> None:
    """What would happen if a tag were shown to the reader now, and why; nothing is sent."""
    fields = tag_fields(desk, _selected_tag(desk), "empty: whichever")
    intro = (
        Content("What would happen if it were shown now, and why; nothing is sent."),
        deciding_keys(desk.snapshot).stylize("$text-muted"),
    )
    await desk.fill(Form("Look a tag up", fields, "Look up", CommandCall("explain_tag"), intro))


@action(
    "maintenance.cancel_reservation",
    "Cancel a reservation",
    means=Meaning.REMOVE,
    short="Cancel",
    screens="maintenance",
    pane="reservations",
    when=conditions.with_reservations,
)
async def cancel_reservation(desk: Desk) -> None:
    """End the selected reservation, as CancelReservation would; asks first."""
    line = reservation_of(desk.snapshot.reservations, desk.snapshot.cursors.get("reservations", ""))
    if desk.pane != ReservationsPane.NAME or line is None or line.ended is not None:
        line = await _chosen(desk)
    if line is None:
        return
    reservation_id = line.reservation.reservation_id
    time = desk.snapshot.schedule_time(desk.clock.now)
    facts = [
        *reservation_facts(line, desk.clock, time)[:-1],
        Fact("Then", Content("the connector is free; a StatusNotification is all the CSMS gets")),
    ]
    if await desk.ask(ConfirmQuestion(f"Cancel reservation {reservation_id}?", facts, "Cancel it")):
        await desk.command(CommandCall("cancel_reservation", {"reservation_id": reservation_id}))


@action(
    "maintenance.clear_cache",
    "Clear the authorization cache",
    means=Meaning.REMOVE_MANY,
    short="Clear",
    screens="maintenance",
    pane="cache",
    when=conditions.with_cache,
)
async def clear_cache(desk: Desk) -> None:
    """Forget every cached tag, as ClearCache would; asks first."""
    cache = desk.snapshot.authorization_cache
    known = count(cache.count, "tag") if cache is not None else "every tag"
    facts = [
        Fact("Cache", Content(f"{known} forgotten, as ClearCache would")),
        Fact("Then", Content("the CSMS is asked about each tag again; offline they are unknown")),
        Fact("Kept", Content("the local list")),
    ]
    if await desk.ask(ConfirmQuestion("Clear the authorization cache?", facts, "Clear")):
        await desk.command(CommandCall("clear_authorization_cache"))


def _selected_tag(desk: Desk) -> str | None:
    """The tag under the cursor of the pane with the focus, where it has one."""
    cursors = desk.snapshot.cursors
    match desk.pane:
        case "local_list" | "cache":
            return cursors.get(desk.pane)
        case "reservations":
            line = reservation_of(desk.snapshot.reservations, cursors.get("reservations", ""))
            return None if line is None else line.reservation.id_tag
        case _:
            return None


async def _chosen(desk: Desk) -> ReservationLine | None:
    reservations = desk.snapshot.reservations
    active = reservations.active if reservations is not None else ()
    choices = [_choice(each, desk) for each in active]
    key = await desk.choose("Cancel which reservation?", choices)
    return reservation_of(desk.snapshot.reservations, key) if key is not None else None


def _choice(reservation: Reservation, desk: Desk) -> Choice:
    line = ReservationLine(reservation)
    where = f"connector {reservation.connector_id}" if reservation.connector_id else "any connector"
    title = f"{reservation.reservation_id} on {where} for {drawn(reservation.id_tag)}"
    until = safe_text(f"until {desk.clock.minute(reservation.expiry_date)}")
    return Choice(line.id, Content(title), until)
