"""The actions of somebody at the connectors: cable, tag, buttons, vehicle, errors."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

from pydantic import JsonValue
from textual.content import Content

from cp_tui.charge_point.variables import ConnectorView
from cp_tui.tui.actions import conditions
from cp_tui.tui.actions.action import Group, action
from cp_tui.tui.actions.command_form import parameters, tag_fields
from cp_tui.tui.actions.commands import CommandCall
from cp_tui.tui.actions.desk import Choice, ConfirmQuestion, Desk, Form, FormField, Prompt
from cp_tui.tui.dashboard.consequences import (
    emergency_facts,
    stop_charge_facts,
    unplug_facts,
)
from cp_tui.tui.text.meanings import Meaning
from cp_tui.tui.text.parameters import with_unit
from cp_tui.tui.text.paths import UnusableInput
from cp_tui.tui.text.safe_text import drawn

VEHICLE = (
    "soc_percent",
    "battery_wh",
    "max_current_a",
    "phases",
    "max_power_w",
    "dc_max_power_w",
    "cable_max_current_a",
)
"""The settings of a vehicle, in the order of their form."""


def _at_selected(desk: Desk, method: str) -> CommandCall:
    return CommandCall(method, {"connector_id": desk.snapshot.connector_id})


@action(
    "connector.plug",
    "Plug the cable in or out",
    means=Meaning.PLUG,
    pane="connectors",
    when=conditions.at_connector,
)
async def plug(desk: Desk) -> None:
    """Plug a vehicle in at the selected connector, or unplug it at the vehicle.

    While it charges, unplugging asks first.
    """
    connector = desk.snapshot.selected
    if connector is None:
        return
    connector_id = connector.connector_id
    params: dict[str, JsonValue] = {"connector_id": connector_id}
    if not connector.is_plugged:
        await desk.command(CommandCall("plug_in", params))
        return
    title = f"Unplug the vehicle at connector {connector_id}?"
    facts = partial(unplug_facts, connector_id=connector_id)
    question = ConfirmQuestion(title, facts, "Unplug")
    if connector.transaction is None or await desk.ask(question):
        await desk.command(CommandCall("plug_out", params))


@action(
    "connector.swipe", "Swipe a tag", means=Meaning.SWIPE, pane="connectors", when=conditions.change
)
async def swipe(desk: Desk) -> None:
    """Hold an RFID tag to the reader."""
    fields = tag_fields(desk, None, "empty: the charge point decides")
    call, running = CommandCall("swipe", {"wait": True}), "waiting for the decision"
    await desk.fill(Form("Swipe a tag", fields, "Swipe", call, running=running))


@action(
    "connector.select",
    "Select a connector by number",
    means=Meaning.CONNECTOR,
    when=conditions.with_connectors,
)
async def select(desk: Desk) -> None:
    """The keys for connectors act on it from then on; 0 is the charge point."""
    numbers = [str(each.connector_id) for each in desk.snapshot.connectors]
    allowed = f"{numbers[0]} to {numbers[-1]}; 0 is the charge point"

    def meant(text: str) -> str:
        return text.strip().lstrip("#")

    def check(text: str) -> str | None:
        number = meant(text)
        if number in numbers:
            return None
        return f"no connector {drawn(number)}: {allowed}" if number else f"a number: {allowed}"

    def is_whole(text: str) -> bool:
        number = meant(text)
        return bool(number) and not any(n.startswith(number) for n in numbers if n != number)

    # Of few connectors a digit is whole: enter behind it would already be for what lies beneath.
    taken_by = "its number takes it" if all(map(is_whole, numbers)) else "enter takes it"
    typed = await desk.prompt(Prompt("Select connector", allowed, check, is_whole, taken_by))
    if typed is not None:
        connector_id = int(meant(typed))
        desk.select_connector(connector_id)
        found = desk.snapshot.connector(connector_id)
        name = f"connector {connector_id}" if connector_id else "the charge point"
        status = f", {found.status}" if found is not None else ""
        desk.tell(Content(f"selected: {name}{status}"))


@action(
    "connector.press_stop",
    "Stop the charge (stop button)",
    means=Meaning.STOP_CHARGE,
    short="Stop charge",
    when=conditions.with_session,
)
async def press_stop(desk: Desk) -> None:
    """The transaction at the selected connector ends with reason Local, or the tag that is about
    to start there starts nothing; no tag is needed. Asks first where something charges.
    """
    connector = await _to_stop(desk)
    if connector is None:
        return
    connector_id = connector.connector_id
    title = f"Stop the charge at connector {connector_id}?"
    facts = partial(stop_charge_facts, connector_id=connector_id)
    question = ConfirmQuestion(title, facts, "Stop it")
    if connector.transaction is None or await desk.ask(question):
        await desk.command(CommandCall("press_stop", {"connector_id": connector_id}))


async def _to_stop(desk: Desk) -> ConnectorView | None:
    """Where something charges or is about to: at the cursor, else the only one, else the chosen."""
    snapshot = desk.snapshot
    if desk.screen == "transactions":
        row = snapshot.cursors.get("transactions")
        entry = next((each for each in snapshot.transactions if each.key == row), None)
        here = entry.connector_id if entry and entry.stopped_at is None else 0
    else:
        here = snapshot.connector_id
    found = snapshot.in_session
    if (selected := next((c for c in found if c.connector_id == here), None)) is not None:
        return selected
    if len(found) == 1:
        return found[0]
    choices = [
        Choice(f"{c.connector_id}", Content(f"Connector {c.connector_id}"), Content(c.status or ""))
        for c in found
    ]
    key = await desk.choose("Stop the charge at which connector?", choices)
    return None if key is None else desk.snapshot.connector(int(key))


@action(
    "charge_point.emergency_stop",
    "Press the emergency button",
    group=Group.CONNECTOR,
    when=conditions.change,
)
async def press_emergency_stop(desk: Desk) -> None:
    """Every transaction ends with reason EmergencyStop, and the charge point is Faulted until the
    errors of connector 0 are cleared. Asks first.
    """
    if await desk.ask(ConfirmQuestion("Press the emergency button?", emergency_facts, "Press")):
        await desk.command(CommandCall("press_emergency_stop"))


@action(
    "connector.suspend",
    "Vehicle pauses or resumes charging",
    means=Meaning.PAUSE,
    screens="dashboard",
    when=conditions.with_vehicle,
    gives_way=conditions.is_told,
)
async def suspend_or_resume(desk: Desk) -> None:
    """The vehicle at the selected connector stops drawing, or draws again. While the demo tells
    its story, the key pauses that.
    """
    connector = desk.snapshot.selected
    if connector is not None and connector.vehicle is not None:
        is_suspended = connector.vehicle.is_suspended
        await desk.command(_at_selected(desk, "resume_ev" if is_suspended else "suspend_ev"))


@action(
    "connector.raise_error",
    "Raise an error",
    means=Meaning.ERROR,
    short="Error",
    screens="dashboard,maintenance",
    when=conditions.change,
)
async def raise_error(desk: Desk) -> None:
    """Choose an error code of the standard for the selected connector (0: the charge point)."""
    connector_id = desk.snapshot.connector_id
    codes = parameters("raise_error")["error_code"].choices
    where = f"connector {connector_id}" if connector_id else "the charge point"
    choices = [Choice(code, Content(code), Content("")) for code in codes]
    code = await desk.choose(f"Raise an error at {where}", choices)
    if code is not None:
        call = CommandCall("raise_error", {"connector_id": connector_id, "error_code": code})
        fields = (FormField("info"), FormField("vendor_error_code"))
        await desk.fill(Form(f"Raise {code} at {where}", fields, "Raise", call))


@action(
    "connector.clear_error",
    "Clear the errors",
    means=Meaning.REMOVE,
    screens="dashboard",
    when=conditions.with_faults,
)
async def clear_error(desk: Desk) -> None:
    """Clear every error of the selected connector."""
    await desk.command(_at_selected(desk, "clear_error"))


@action(
    "connector.jam_lock",
    "Jam or free the cable lock",
    means=Meaning.JAM,
    screens="dashboard",
    when=conditions.at_connector,
)
async def jam_lock(desk: Desk) -> None:
    """The lock of the selected connector does not move, or moves again."""
    connector = desk.snapshot.selected
    if connector is not None:
        params = {"connector_id": connector.connector_id, "jammed": not connector.is_lock_jammed}
        await desk.command(CommandCall("jam_lock", {**params}))


@action(
    "connector.set_vehicle",
    "Change the vehicle",
    means=Meaning.VEHICLE,
    screens="dashboard",
    when=conditions.at_connector,
)
async def set_vehicle(desk: Desk) -> None:
    """Battery, state of charge and limits of the vehicle at the selected connector, or of the next
    one.
    """
    connector_id = desk.snapshot.connector_id
    connector = desk.snapshot.selected
    vehicle = connector.vehicle if connector is not None else None

    def about(name: str) -> str:
        now = getattr(vehicle, name, None)
        known = "" if now is None else f"now {with_unit(name, now)}; "
        return f"{known}empty: unchanged"

    def check(values: Mapping[str, str]) -> None:
        if not any(map(str.strip, values.values())):
            raise UnusableInput("fill in what is to change")

    fields = tuple(FormField(name, placeholder=about(name)) for name in VEHICLE)
    which = "Vehicle" if vehicle is not None else "Next vehicle"
    title = f"{which} at connector {connector_id}"
    call = CommandCall("set_vehicle", {"connector_id": connector_id})
    await desk.fill(Form(title, fields, "Change", call, check=check))
