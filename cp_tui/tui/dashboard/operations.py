"""What each action does, written against the desk: ask, fill, send."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence

from msgspec.structs import replace
from pydantic import JsonValue
from textual.content import Content

from cp_tui.charge_point.command_fields import TAG_LENGTH_MAX
from cp_tui.charge_point.variables import ConnectorView, VehicleView
from cp_tui.ocpp.datatypes import ChargePointErrorCode
from cp_tui.ocpp.units import KILO, number
from cp_tui.tui.actions.command_form import filled
from cp_tui.tui.actions.commands import CommandCall
from cp_tui.tui.actions.desk import Choice, ConfirmQuestion, Desk, Form, FormField
from cp_tui.tui.dashboard.consequences import (
    emergency_facts,
    power_cut_facts,
    restart_facts,
    stop_facts,
    unplug_facts,
)
from cp_tui.tui.state.store import Snapshot
from cp_tui.tui.text.facts import Fact
from cp_tui.tui.text.safe_text import safe_text
from cp_tui.tui.text.words import Clock

IN_KILO: Mapping[str, float] = dict.fromkeys(("battery_wh", "max_power_w", "dc_max_power_w"), KILO)
"""Settings of a vehicle that people read and type in kWh and kW, as everywhere on the screen."""

UNCHANGED = "empty: unchanged"


def on_screen(what: str) -> Callable[[Desk], Awaitable[None]]:
    """An action that concerns the screen alone."""

    async def act(desk: Desk) -> None:
        desk.screen_does(what)

    return act


def sends(
    method: str,
    question: ConfirmQuestion | None = None,
    *,
    at_connector: bool = False,
    is_for_csms: bool = False,
) -> Callable[[Desk], Awaitable[None]]:
    """An action that sends one command, if the answer to a question is yes."""

    async def act(desk: Desk) -> None:
        params = {"connector_id": desk.snapshot.connector_id} if at_connector else {}
        if question is None or await desk.ask(question):
            await desk.command(CommandCall(method, {**params}, is_for_csms))

    return act


# --- the six commands -----------------------------------------------------------------------------


async def stop(desk: Desk) -> None:
    """Ask with the consequences, stop, and show what it did."""
    if await desk.ask(ConfirmQuestion("Stop OCPP?", stop_facts, "Stop")):
        await desk.command(CommandCall("stop"))
        await show_stop_report(desk)


async def show_stop_report(desk: Desk) -> None:
    """What became of each transaction and each waiting message."""

    def facts(snapshot: Snapshot, clock: Clock) -> list[Fact]:
        report = snapshot.stop_report
        if report is None:
            return [Fact("", Content("not stopped"))]
        head = Fact("Stopped", Content(f"{clock.time(report.at)} by the operator"))
        return [head, *(Fact("", safe_text(f"· {line}")) for line in report.lines)]

    if desk.snapshot.stop_report is not None:
        desk.show("What the stop did", facts)


restart = sends(
    "restart", ConfirmQuestion("Restart OCPP?", restart_facts, "Restart", is_dangerous=False)
)


async def data_transfer(desk: Desk) -> None:
    """Fill vendor, message and data, send, and show the answer."""

    def call(values: Mapping[str, str]) -> CommandCall | str:
        if not values["vendor_id"]:
            return "the vendor id must not be empty"
        for name in ("vendor_id", "message_id"):
            desk.remember(name, values[name])
        return filled(CommandCall("data_transfer"), values)

    fields = (
        FormField(
            "vendor_id",
            "Vendor id",
            recent=desk.remembered("vendor_id"),
            placeholder="required, such as com.example",
        ),
        FormField(
            "message_id", "Message id", recent=desk.remembered("message_id"), placeholder="optional"
        ),
        FormField("data", "Data", placeholder="optional text"),
    )
    await desk.fill(Form("Data transfer to the CSMS", fields, "Send", call))


# --- the station ----------------------------------------------------------------------------------


async def plug(desk: Desk) -> None:
    """Plug in, or unplug at the vehicle; while it charges that asks first."""
    connector = _selected(desk)
    if connector is None:
        return
    params = {"connector_id": connector.connector_id}
    if not connector.is_plugged:
        await desk.command(CommandCall("plug_in", {**params}))
        return
    if connector.transaction is not None:
        connector_id = connector.connector_id

        def facts(snapshot: Snapshot) -> Sequence[Fact]:
            return unplug_facts(snapshot, connector_id)

        title = f"Unplug the vehicle at connector {connector.connector_id}?"
        if not await desk.ask(ConfirmQuestion(title, facts, "Unplug")):
            return
    await desk.command(CommandCall("plug_out", {**params}))


async def swipe(desk: Desk) -> None:
    """Fill a tag, and hold it to the reader."""
    selected = desk.snapshot.connector_id if desk.pane == "connectors" else 0
    where = FormField(
        "connector_id", "Connector", str(selected or ""), "empty: the charge point decides"
    )
    fields, call = of_tag(desk, CommandCall("swipe", {"wait": True}), (), where)
    running = "waiting for the decision"
    await desk.fill(Form("Swipe a tag", fields, "Swipe", call, running=running))


def of_tag(
    desk: Desk, command: CommandCall, first: Sequence[str], where: FormField
) -> tuple[tuple[FormField, ...], Callable[[Mapping[str, str]], CommandCall | str]]:
    """Give the fields for a tag and a connector, and what makes a call of them.

    `first` are tags to be offered before those that were typed, or are in transactions.
    """
    typed = (*desk.remembered("id_tag"), *(t.id_tag for t in desk.snapshot.transactions))
    recent = tuple(dict.fromkeys([*first, *typed]))
    connectors = tuple(str(c.connector_id) for c in desk.snapshot.connectors if c.connector_id)

    def call(values: Mapping[str, str]) -> CommandCall | str:
        tag = values["id_tag"]
        if not tag:
            return "the tag must not be empty"
        if len(tag) > TAG_LENGTH_MAX:
            return f"a tag has at most {TAG_LENGTH_MAX} characters, this one {len(tag)}"
        desk.remember("id_tag", tag)
        return filled(command, values)

    tag = FormField("id_tag", "Tag", next(iter(recent), ""), "id of the tag", recent)
    return (tag, replace(where, choices=connectors)), call


async def suspend_or_resume(desk: Desk) -> None:
    """The vehicle pauses, or goes on."""
    connector = _selected(desk)
    if connector is not None and connector.vehicle is not None:
        params: dict[str, JsonValue] = {"connector_id": connector.connector_id}
        is_suspended = connector.vehicle.is_suspended
        await desk.command(CommandCall("resume_ev" if is_suspended else "suspend_ev", params))


async def raise_error(desk: Desk) -> None:
    """Choose a code, fill the details, raise it."""
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


clear_error = sends("clear_error", at_connector=True)
press_stop = sends("press_stop", at_connector=True)
press_emergency_stop = sends(
    "press_emergency_stop",
    ConfirmQuestion("Press the emergency button?", emergency_facts, "Press"),
)


async def jam_lock(desk: Desk) -> None:
    """Jam the lock, or free it."""
    connector = _selected(desk)
    if connector is not None:
        params = {"connector_id": connector.connector_id, "jammed": not connector.is_lock_jammed}
        await desk.command(CommandCall("jam_lock", {**params}))


async def set_vehicle(desk: Desk) -> None:
    """Fill in what is to change about the vehicle, and change it."""
    connector_id = desk.snapshot.connector_id
    connector = _selected(desk)
    vehicle = connector.vehicle if connector is not None else None

    def call(values: Mapping[str, str]) -> CommandCall | str:
        call = CommandCall("set_vehicle", {"connector_id": connector_id})
        if not any(map(str.strip, values.values())):
            return "fill in what is to change"
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


# --- link and power -------------------------------------------------------------------------------


try_now = sends("try_now")
power_cycle = sends(
    "power_cycle",
    ConfirmQuestion("Cut the power and boot again?", power_cut_facts, "Cut the power"),
)


async def network(desk: Desk) -> None:
    """Pull the network cable, or plug it in again."""
    link = desk.snapshot.link
    await desk.command(CommandCall("set_network", {"up": link is not None and not link.network_up}))


# --- helpers --------------------------------------------------------------------------------------


def _selected(desk: Desk) -> ConnectorView | None:
    return desk.snapshot.connector(desk.snapshot.connector_id)
