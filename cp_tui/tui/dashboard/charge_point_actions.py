"""The actions on the charge point as a whole: the link, the power, and what is wrong now."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from textual.content import Content

from cp_tui.tui.actions import conditions
from cp_tui.tui.actions.action import Group, action
from cp_tui.tui.actions.commands import CommandCall
from cp_tui.tui.actions.desk import ConfirmQuestion, Desk, Form, FormField
from cp_tui.tui.actions.saving import save_by
from cp_tui.tui.dashboard.alarm_text import alarm_facts
from cp_tui.tui.dashboard.connection_text import connection_details
from cp_tui.tui.dashboard.consequences import power_cut_facts, restart_facts, stop_facts
from cp_tui.tui.state.store import Snapshot
from cp_tui.tui.text.facts import Fact
from cp_tui.tui.text.meanings import Meaning
from cp_tui.tui.text.safe_text import safe_text
from cp_tui.tui.text.words import Clock


@action(
    "charge_point.stop",
    "Stop OCPP",
    means=Meaning.STOP_OCPP,
    short="Stop OCPP",
    when=conditions.stop,
)
async def stop(desk: Desk) -> None:
    """Close the WebSocket and stop all OCPP communication until restart; asks first."""
    if await desk.ask(ConfirmQuestion("Stop OCPP?", stop_facts, "Stop")):
        await desk.command(CommandCall("stop"))
        await show_stop_report.run(desk)


@action(
    "charge_point.restart",
    "Restart OCPP after a stop",
    means=Meaning.RESTART,
    short="Restart",
    when=conditions.restart,
)
async def restart(desk: Desk) -> None:
    """Connect again, boot and resume from the store; not an OCPP Reset. Asks first."""
    question = ConfirmQuestion("Restart OCPP?", restart_facts, "Restart", is_dangerous=False)
    if await desk.ask(question):
        await desk.command(CommandCall("restart"))


@action(
    "charge_point.data_transfer",
    "Data transfer to the CSMS",
    means=Meaning.DATA,
    short="Data",
    when=conditions.change,
)
async def data_transfer(desk: Desk) -> None:
    """Send a DataTransfer and see its answer."""
    fields = (
        FormField("vendor_id", placeholder="required, such as com.example", keep="vendor_id"),
        FormField("message_id", keep="message_id"),
        FormField("data", placeholder="optional text"),
    )
    call = CommandCall("data_transfer")
    await desk.fill(Form("Data transfer to the CSMS", fields, "Send", call))


@action(
    "charge_point.try_now",
    "Try now",
    means=Meaning.TRY_NOW,
    short="Try now",
    pane="connection",
    when=conditions.try_now,
)
async def try_now(desk: Desk) -> None:
    """Do not wait for the next attempt to connect, or to send the oldest waiting message."""
    await desk.command(CommandCall("try_now"))


@action(
    "charge_point.network",
    "Pull or plug the network cable",
    means=Meaning.NETWORK,
    short="Network",
    screens="dashboard,maintenance",
    when=conditions.change,
)
async def network(desk: Desk) -> None:
    """Cut the link as a pulled cable would, while charging and queueing go on; or restore it."""
    link = desk.snapshot.link
    await desk.command(CommandCall("set_network", {"up": link is not None and not link.network_up}))


@action(
    "charge_point.power_cycle",
    "Cut the power and boot again",
    means=Meaning.POWER,
    short="Power",
    screens="dashboard,maintenance",
    when=conditions.change,
)
async def power_cycle(desk: Desk) -> None:
    """The charge point loses power without warning, then boots; asks first."""
    title = "Cut the power and boot again?"
    if await desk.ask(ConfirmQuestion(title, power_cut_facts, "Cut the power")):
        await desk.command(CommandCall("power_cycle"))


@action("charge_point.stop_report", "What the last stop did", when=conditions.stop_report)
async def show_stop_report(desk: Desk) -> None:
    """What became of each transaction and each waiting message when it was stopped."""

    def facts(snapshot: Snapshot, clock: Clock) -> list[Fact]:
        report = snapshot.stop_report
        if report is None:
            return [Fact("", Content("not stopped"))]
        head = Fact("Stopped", Content(f"{clock.time(report.at)} by the operator"))
        return [head, *(Fact("", safe_text(f"· {line}")) for line in report.lines)]

    if desk.snapshot.stop_report is not None:
        desk.show("What the stop did", facts)


@action(
    "screen.alarms",
    "Everything that is wrong now",
    means=Meaning.ALARMS,
    short="Alarms",
)
async def show_alarms(desk: Desk) -> None:
    """The alarm line in full: each trouble with what happens next, what to check and a key."""
    desk.show(
        "What is wrong now", lambda snapshot, clock: alarm_facts(snapshot, clock, desk.key_of)
    )


@action(
    "charge_point.acknowledge",
    "Acknowledge what went wrong",
    means=Meaning.ACKNOWLEDGE,
    short="Acknowledge",
    screens="dashboard",
    when=conditions.acknowledge,
)
async def acknowledge(desk: Desk) -> None:
    """Take errors inside the program that are over out of the alarm line; the log keeps them."""
    await desk.command(CommandCall("acknowledge_troubles"))


@action("charge_point.bundle", "One file for support", when=conditions.bundle)
async def bundle(desk: Desk) -> None:
    """Trace, logs, variables, alarms and all screens in one zip, and no secret in it."""
    if desk.bundle is None:
        desk.refuse(Content("this screen makes none; cp-tui bundle does"))
        return
    make = desk.bundle

    async def write(path: Path, tell: Callable[[str], None]) -> None:
        tell("gathering")
        await make(path)

    await save_by(desk, "One file for support", "cp-tui", "zip", write, "*.zip")


@action(
    "charge_point.connection",
    "Address, credentials and certificates",
    means=Meaning.DETAILS,
    short="Details",
    screens="dashboard",
    group=Group.SCREEN,
)
async def show_connection(desk: Desk) -> None:
    """What the connection uses: the URL, the id, the form of the key, the server certificate."""
    desk.show("Connection", connection_details)
