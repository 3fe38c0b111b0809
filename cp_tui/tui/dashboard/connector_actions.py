"""The actions of somebody at the connectors: cable, tag, buttons, vehicle, errors."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from pydantic import JsonValue
from textual.content import Content

from cp_tui.charge_point.variables import ConnectorView, VehicleView
from cp_tui.ocpp.datatypes import ChargePointErrorCode
from cp_tui.ocpp.units import KILO, number
from cp_tui.tui.actions import conditions
from cp_tui.tui.actions.action import Group, action
from cp_tui.tui.actions.command_form import filled
from cp_tui.tui.actions.commands import CommandCall
from cp_tui.tui.actions.desk import Choice, ConfirmQuestion, Desk, Form, FormField
from cp_tui.tui.actions.tag_form import of_tag
from cp_tui.tui.dashboard.consequences import emergency_facts, unplug_facts
from cp_tui.tui.state.store import Snapshot
from cp_tui.tui.text.facts import Fact

IN_KILO: Mapping[str, float] = dict.fromkeys(("battery_wh", "max_power_w", "dc_max_power_w"), KILO)
"""Settings of a vehicle that people read and type in kWh and kW, as everywhere on the screen."""

UNCHANGED = "empty: unchanged"


def _selected(desk: Desk) -> ConnectorView | None:
    return desk.snapshot.connector(desk.snapshot.connector_id)


def _at_selected(desk: Desk, method: str) -> CommandCall:
    return CommandCall(method, {"connector_id": desk.snapshot.connector_id})


@action(
    "connector.plug",
    "Plug the cable in or out",
    keys="p",
    pane="connectors",
    when=conditions.at_connector,
)
async def plug(desk: Desk) -> None:
    """Plug a vehicle in at the selected connector, or unplug it at the vehicle.

    While it charges, unplugging asks first.
    """
    connector = _selected(desk)
    if connector is None:
        return
    connector_id = connector.connector_id
    params: dict[str, JsonValue] = {"connector_id": connector_id}
    if not connector.is_plugged:
        await desk.command(CommandCall("plug_in", params))
        return
    if connector.transaction is not None:

        def facts(snapshot: Snapshot) -> Sequence[Fact]:
            return unplug_facts(snapshot, connector_id)

        title = f"Unplug the vehicle at connector {connector_id}?"
        if not await desk.ask(ConfirmQuestion(title, facts, "Unplug")):
            return
    await desk.command(CommandCall("plug_out", params))


@action("connector.swipe", "Swipe a tag", keys="w", pane="connectors", when=conditions.change)
async def swipe(desk: Desk) -> None:
    """Hold an RFID tag to the reader."""
    selected = desk.snapshot.connector_id if desk.pane == "connectors" else 0
    where = FormField(
        "connector_id", "Connector", str(selected or ""), "empty: the charge point decides"
    )
    fields, call = of_tag(desk, CommandCall("swipe", {"wait": True}), (), where)
    running = "waiting for the decision"
    await desk.fill(Form("Swipe a tag", fields, "Swipe", call, running=running))


@action("connector.press_stop", "Press the stop button", when=conditions.with_session)
async def press_stop(desk: Desk) -> None:
    """The transaction at the selected connector ends with reason Local, or the tag that is about
    to start there starts nothing; no tag is needed.
    """
    await desk.command(_at_selected(desk, "press_stop"))


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
    keys="S",
    screens="dashboard",
    when=conditions.with_vehicle,
)
async def suspend_or_resume(desk: Desk) -> None:
    """The vehicle at the selected connector stops drawing, or draws again."""
    connector = _selected(desk)
    if connector is not None and connector.vehicle is not None:
        is_suspended = connector.vehicle.is_suspended
        await desk.command(_at_selected(desk, "resume_ev" if is_suspended else "suspend_ev"))


@action(
    "connector.raise_error",
    "Raise an error",
    keys="exclamation_mark",
    short="Error",
    screens="dashboard,maintenance",
    when=conditions.change,
)
async def raise_error(desk: Desk) -> None:
    """Choose an error code of the standard for the selected connector (0: the charge point)."""
    connector_id = desk.snapshot.connector_id
    codes = [code for code in ChargePointErrorCode if code is not ChargePointErrorCode.NO_ERROR]
    choices = [Choice(code.value, Content(code.value), Content("")) for code in codes]
    where = f"connector {connector_id}" if connector_id else "the charge point"
    code = await desk.choose(f"Raise an error at {where}", choices)
    if code is None:
        return

    def call(values: Mapping[str, str]) -> CommandCall | str:
        params: dict[str, JsonValue] = {"connector_id": connector_id, "error_code": code}
        return filled(CommandCall("raise_error", params), values)

    fields = (
        FormField("info", "Info", placeholder="optional"),
        FormField("vendor_error_code", "Vendor code", placeholder="optional"),
    )
    await desk.fill(Form(f"Raise {code} at {where}", fields, "Raise", call))


@action(
    "connector.clear_error",
    "Clear the errors",
    keys="C",
    screens="dashboard",
    when=conditions.with_faults,
)
async def clear_error(desk: Desk) -> None:
    """Clear every error of the selected connector."""
    await desk.command(_at_selected(desk, "clear_error"))


@action(
    "connector.jam_lock",
    "Jam or free the cable lock",
    keys="J",
    screens="dashboard",
    when=conditions.at_connector,
)
async def jam_lock(desk: Desk) -> None:
    """The lock of the selected connector does not move, or moves again."""
    connector = _selected(desk)
    if connector is not None:
        params = {"connector_id": connector.connector_id, "jammed": not connector.is_lock_jammed}
        await desk.command(CommandCall("jam_lock", {**params}))


@action(
    "connector.set_vehicle",
    "Change the vehicle",
    keys="V",
    screens="dashboard",
    when=conditions.at_connector,
)
async def set_vehicle(desk: Desk) -> None:
    """Battery, state of charge and limits of the vehicle at the selected connector, or of the next
    one.
    """
    connector_id = desk.snapshot.connector_id
    connector = _selected(desk)
    vehicle = connector.vehicle if connector is not None else None

    def call(values: Mapping[str, str]) -> CommandCall | str:
        if not any(map(str.strip, values.values())):
            return "fill in what is to change"
        call = CommandCall("set_vehicle", {"connector_id": connector_id})
        return filled(call, values, labels=labels, factors=IN_KILO)

    def field(name: str, label: str, read: Callable[[VehicleView], float], unit: str) -> FormField:
        if vehicle is None:
            return FormField(
                name, label, placeholder=f"in {unit}; {UNCHANGED}" if unit else UNCHANGED
            )
        value = read(vehicle) / IN_KILO.get(name, 1)
        return FormField(
            name, label, placeholder=f"now {number(value)} {unit}".rstrip() + f"; {UNCHANGED}"
        )

    fields = (
        field("soc_percent", "SoC", lambda v: v.soc_percent, "%"),
        field("battery_wh", "Battery", lambda v: v.battery_wh, "kWh"),
        field("max_current_a", "Current", lambda v: v.max_current_a, "A"),
        field("phases", "Phases", lambda v: v.phases, ""),
        field("max_power_w", "Power AC", lambda v: v.max_power_w, "kW"),
        FormField("dc_max_power_w", "Power DC", placeholder=f"in kW; {UNCHANGED}"),
        FormField("cable_max_current_a", "Cable", placeholder=f"in A; {UNCHANGED}"),
    )
    labels = {each.name: each.label for each in fields}
    which = "Vehicle" if vehicle is not None else "Next vehicle"
    await desk.fill(Form(f"{which} at connector {connector_id}", fields, "Change", call))
