"""The steps that only scenarios take: offline, reset, firmware, reservation, composite schedule."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

from cp_tui.charge_point.variables import LinkPhase
from cp_tui.demo import story_checks as checks, story_profiles, story_steps
from cp_tui.demo.preparation import clear_the_charge_point
from cp_tui.demo.step_context import StepContext, StoryFailed
from cp_tui.demo.way_to_csms import see_nothing_wait, see_registered
from cp_tui.ocpp.core import (
    BootNotificationRequest,
    RemoteStopTransactionRequest,
    ResetRequest,
    StartTransactionRequest,
    StopTransactionRequest,
)
from cp_tui.ocpp.datatypes import (
    ChargePointStatus,
    FirmwareStatus,
    ResetType,
    StopReason,
)
from cp_tui.ocpp.firmware_management import (
    FirmwareStatusNotificationRequest,
    UpdateFirmwareRequest,
)
from cp_tui.ocpp.plural import count
from cp_tui.ocpp.reservation import CancelReservationRequest, ReserveNowRequest
from cp_tui.ocpp.smart_charging import (
    ClearChargingProfileRequest,
    GetCompositeScheduleRequest,
    GetCompositeScheduleResponse,
)
from cp_tui.ocpp.units import amps, energy

OFFLINE_UNKNOWN = "AllowOfflineTxForUnknownId"
UNKNOWN_TRANSACTION = 999_999
RESERVATION = 77
RESERVED_FOR = timedelta(minutes=10)
HARDWARE_A = Decimal(32)
COMPOSITE_S = 3_600


async def prepare(context: StepContext) -> None:
    """Bring the charge point to where every scenario begins: connected, free, without limits."""
    await clear_the_charge_point(context)
    await clear_profiles(context)
    context.tell("No charging profile is installed")


async def boot_anew(context: StepContext) -> None:
    """Reset it softly, and hear who it is."""
    await context.next_step()
    await context.ask(ResetRequest(type=ResetType.SOFT), "Accepted")
    boot = await context.hear("a BootNotification", BootNotificationRequest)
    for connector_id in (0, 1, 2):
        await context.hear_status(connector_id, ChargePointStatus.AVAILABLE)
    await see_registered(context)
    context.tell(
        f"Reset Soft -> BootNotification of {boot.charge_point_vendor} {boot.charge_point_model}, "
        "a StatusNotification of each connector"
    )


async def clear_profiles(context: StepContext) -> None:
    """Remove every charging profile."""
    await context.ask(ClearChargingProfileRequest(), "Accepted", "Unknown")
    await checks.see_limit(context, 1, HARDWARE_A)


async def lift_the_limits(context: StepContext) -> None:
    """Remove every charging profile; only the hardware limits then."""
    await context.next_step()
    await clear_profiles(context)
    context.tell(f"ClearChargingProfile -> connector 1: {amps(HARDWARE_A)}, the hardware limit")


async def sample_often(context: StepContext) -> None:
    """Have MeterValues sent each second, with power."""
    await context.next_step()
    await checks.set_key(context, story_steps.SAMPLED_DATA, story_steps.MEASURANDS)
    await checks.set_key(context, story_steps.SAMPLE_INTERVAL, "1")
    context.tell(f"{story_steps.SAMPLE_INTERVAL} = 1 s")


async def sample_rarely(context: StepContext) -> None:
    """Have MeterValues sent each minute again."""
    await context.next_step()
    await checks.set_key(context, story_steps.SAMPLE_INTERVAL, "60")
    context.tell(f"{story_steps.SAMPLE_INTERVAL} = 60 s")


async def ask_for_the_composite_schedule(context: StepContext) -> None:
    """Ask for the composite schedule; its first limit is the one in force."""
    await context.next_step()
    response = await context.request(
        GetCompositeScheduleRequest(connector_id=1, duration=COMPOSITE_S)
    )
    assert isinstance(response, GetCompositeScheduleResponse)
    schedule = response.charging_schedule
    first = schedule.charging_schedule_period[0].limit if schedule else None
    lowered = amps(story_profiles.LOWERED_A)
    if first != story_profiles.LOWERED_A:
        begins = "holds nothing" if first is None else f"begins with {amps(first)}"
        raise StoryFailed(f"GetCompositeSchedule {begins}, and {lowered} was expected.")
    context.tell(f"GetCompositeSchedule -> begins with {lowered}")


async def stop_an_unknown_transaction(context: StepContext) -> None:
    """Ask to stop a transaction that does not run."""
    await context.next_step()
    request = RemoteStopTransactionRequest(transaction_id=UNKNOWN_TRANSACTION)
    await context.ask(request, "Rejected")
    context.tell(f"RemoteStop of transaction {UNKNOWN_TRANSACTION} -> Rejected: there is none")


async def allow_unknown_tags(context: StepContext) -> None:
    """Let tags that nobody knows charge while offline."""
    await context.next_step()
    await checks.set_key(context, OFFLINE_UNKNOWN, "true")
    context.tell(f"{OFFLINE_UNKNOWN} = true")


async def forbid_unknown_tags(context: StepContext) -> None:
    """Let only tags that are known charge while offline, as before."""
    await context.next_step()
    await checks.set_key(context, OFFLINE_UNKNOWN, "false")
    context.tell(f"{OFFLINE_UNKNOWN} = false")


async def pull_the_network(context: StepContext) -> None:
    """Pull the network cable."""
    await context.next_step()
    context.is_cable_pulled = True
    await context.act("set_network", up=False)

    def is_offline() -> bool | None:
        link = context.view.link
        return True if link is not None and link.phase is not LinkPhase.OPEN else None

    await context.see("it is offline", is_offline)
    context.tell("The network cable is pulled: offline")


async def plug_the_network(context: StepContext) -> None:
    """Plug the network cable in."""
    await context.act("set_network", up=True)
    context.is_cable_pulled = False


async def see_messages_wait(context: StepContext, count_min: int) -> int:
    """Await that so many messages wait for the network, and return how many do."""

    def waiting() -> int | None:
        outbox = context.view.outbox
        return outbox.count if outbox is not None and outbox.count >= count_min else None

    return await context.see(f"{count(count_min, 'message')} or more to wait", waiting)


async def charge_offline(context: StepContext) -> None:
    """Start and end a transaction while offline."""
    await context.next_step()
    await context.act("plug_in", connector_id=1)
    await checks.see_status(context, 1, ChargePointStatus.PREPARING)
    await context.act("swipe", id_tag=story_steps.DRIVER, connector_id=1)
    await checks.see_status(context, 1, ChargePointStatus.CHARGING)
    context.tell(f"Connector 1: tag {story_steps.DRIVER} shown -> Charging, without the CSMS")
    await context.act("swipe", id_tag=story_steps.DRIVER, connector_id=1)
    await checks.see_status(context, 1, ChargePointStatus.FINISHING)
    await context.act("plug_out", connector_id=1)
    await checks.see_status(context, 1, ChargePointStatus.AVAILABLE)
    waiting = await see_messages_wait(context, 2)
    context.tell(f"Connector 1: charged and gone; {waiting} messages wait to be sent")


async def deliver_the_queue(context: StepContext) -> None:
    """Plug the network cable in; everything that waited arrives, with its own times."""
    await context.next_step()
    online_at = context.csms.now()
    await plug_the_network(context)
    start = await context.hear(
        "StartTransaction of the time offline",
        StartTransactionRequest,
        lambda heard: heard.id_tag == story_steps.DRIVER and heard.timestamp < online_at,
    )
    stop = await context.hear(
        "StopTransaction of the time offline",
        StopTransactionRequest,
        lambda heard: start.timestamp <= heard.timestamp < online_at,
    )
    await see_nothing_wait(context)
    energy_wh = stop.meter_stop - start.meter_start
    context.tell(f"Online again: the transaction of the time offline arrived, {energy(energy_wh)}")


async def reset_hard(context: StepContext) -> None:
    """Reset while charging; the transaction ends for this reason, and it boots."""
    await context.next_step()
    transaction_id = context.transactions[1]
    await context.ask(ResetRequest(type=ResetType.HARD), "Accepted")
    await context.hear("a BootNotification", BootNotificationRequest)
    await context.hear(
        f"StopTransaction of transaction {transaction_id} for reason {StopReason.HARD_RESET}",
        StopTransactionRequest,
        lambda heard: (
            heard.transaction_id == transaction_id and heard.reason is StopReason.HARD_RESET
        ),
    )
    await see_registered(context)
    context.tell(f"Reset Hard -> transaction {transaction_id} stopped with HardReset, booted again")


async def unplug_after_the_reset(context: StepContext) -> None:
    """Pull the cable that is still in."""
    await context.next_step()
    await context.act("plug_out", connector_id=1)
    await checks.see_status(context, 1, ChargePointStatus.AVAILABLE)
    context.tell("Connector 1: cable unplugged -> Available")


async def update_firmware(context: StepContext) -> None:
    """Have firmware fetched from the CSMS, and follow it to its installation."""
    await context.next_step()
    record = context.csms.boot_of(context.charge_point_id)
    version = next_version(record.boot.firmware_version if record else None)
    url = context.csms.files.firmware_url(version)
    request = UpdateFirmwareRequest(location=url, retrieve_date=context.csms.now())
    await context.request(request)
    context.tell(f"UpdateFirmware -> {version}, from the CSMS itself")
    for status in (
        FirmwareStatus.DOWNLOADING,
        FirmwareStatus.DOWNLOADED,
        FirmwareStatus.INSTALLING,
    ):
        await _hear_firmware(context, status)
    booted = await context.hear(
        f"a BootNotification with firmware {version}",
        BootNotificationRequest,
        lambda heard: heard.firmware_version == version,
    )
    context.tell(f"BootNotification with firmware {booted.firmware_version}")
    await _hear_firmware(context, FirmwareStatus.INSTALLED)
    await see_registered(context)


async def _hear_firmware(context: StepContext, status: FirmwareStatus) -> None:
    await context.hear(
        f"FirmwareStatusNotification {status}",
        FirmwareStatusNotificationRequest,
        lambda heard: heard.status is status,
    )
    context.tell(f"FirmwareStatusNotification {status}")


def next_version(version: str | None) -> str:
    """Count the last number of a version up."""
    head, dot, last = (version or "").rpartition(".")
    return f"{head}.{int(last) + 1}" if dot and last.isdecimal() and len(last) < 9 else "2.0.1"


async def reserve(context: StepContext) -> None:
    """Reserve connector 1 for a tag."""
    await context.next_step()
    await context.ask(
        ReserveNowRequest(
            connector_id=1,
            expiry_date=context.csms.now() + RESERVED_FOR,
            id_tag=story_steps.APP_USER,
            reservation_id=RESERVATION,
        ),
        "Accepted",
    )
    await context.hear_status(1, ChargePointStatus.RESERVED)
    context.tell(f"ReserveNow -> connector 1 Reserved for {story_steps.APP_USER}")


async def refuse_another_tag(context: StepContext) -> None:
    """Show another tag; the reservation stands."""
    await context.next_step()
    before = context.view.connector(1)
    seen = before.last_refusal if before else None
    await context.act("swipe", id_tag=story_steps.DRIVER, connector_id=1)

    def refusal() -> str | None:
        connector = context.view.connector(1)
        why = connector.last_refusal if connector else None
        return why.text if why is not None and why != seen else None

    why = await context.see(f"why tag {story_steps.DRIVER} was refused", refusal)
    context.tell(f"Connector 1: tag {story_steps.DRIVER} shown -> refused: {why}")


async def use_the_reservation(context: StepContext) -> None:
    """Come with the right tag; the transaction names the reservation."""
    await context.next_step()
    await context.act("plug_in", connector_id=1)
    await context.act("swipe", id_tag=story_steps.APP_USER, connector_id=1)
    started = await context.hear(
        "StartTransaction with the reservation",
        StartTransactionRequest,
        lambda heard: heard.reservation_id == RESERVATION,
    )
    context.transactions[1] = await checks.see_start(context, 1, started.id_tag)
    context.tell(
        f"Connector 1: tag {started.id_tag} -> Charging, reservation {RESERVATION} is used"
    )


async def stop_the_reserved(context: StepContext) -> None:
    """Stop that transaction remotely, and let the car go."""
    await context.next_step()
    transaction_id = context.transactions[1]
    await context.ask(RemoteStopTransactionRequest(transaction_id=transaction_id), "Accepted")
    await checks.see_stop(context, 1, transaction_id, StopReason.REMOTE)
    await story_steps.plug_out(context, 1)


async def cancel_a_reservation(context: StepContext) -> None:
    """Reserve once more, and cancel it."""
    await reserve(context)
    await context.next_step()
    await context.ask(CancelReservationRequest(reservation_id=RESERVATION), "Accepted")
    await context.hear_status(1, ChargePointStatus.AVAILABLE)
    context.tell(f"CancelReservation {RESERVATION} -> connector 1 Available")
