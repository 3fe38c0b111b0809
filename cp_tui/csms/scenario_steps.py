"""The steps that only scenarios take: offline, reset, firmware, reservation, composite schedule."""

from __future__ import annotations

from contextlib import suppress
from datetime import timedelta
from decimal import Decimal

from cp_tui.charge_point.variables import LinkPhase
from cp_tui.control.client import ConnectionLost, EngineConnection, RpcError
from cp_tui.csms import steps, story_profiles
from cp_tui.csms import story_checks as checks
from cp_tui.csms.clearing import clear_the_charge_point, see_registered
from cp_tui.csms.stage import Stage, StoryFailed
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


async def restore_the_network(client: EngineConnection) -> None:
    """Plug the network cable in, whatever state a scenario left it in."""
    with suppress(RpcError, ConnectionLost):
        await client.call("set_network", up=True)


async def prepare(stage: Stage) -> None:
    """Bring the charge point to where every scenario begins: connected, free, without limits."""
    await clear_the_charge_point(stage)
    await clear_profiles(stage)
    stage.tell("No charging profile is installed")


async def boot_anew(stage: Stage) -> None:
    """Reset it softly, and hear who it is."""
    await stage.next_step()
    await stage.ask(ResetRequest(type=ResetType.SOFT), "Accepted")
    boot = await stage.hear("a BootNotification", BootNotificationRequest)
    for connector_id in (0, 1, 2):
        await stage.hear_status(connector_id, ChargePointStatus.AVAILABLE)
    await see_registered(stage)
    stage.tell(
        f"Reset Soft -> BootNotification of {boot.charge_point_vendor} {boot.charge_point_model}, "
        "a StatusNotification of each connector"
    )


# --- limits ---------------------------------------------------------------------------------------


async def clear_profiles(stage: Stage) -> None:
    """Remove every charging profile."""
    await stage.ask(ClearChargingProfileRequest(), "Accepted", "Unknown")
    await checks.see_limit(stage, 1, HARDWARE_A)


async def lift_the_limits(stage: Stage) -> None:
    """Remove every charging profile; only the hardware limits then."""
    await stage.next_step()
    await clear_profiles(stage)
    stage.tell(f"ClearChargingProfile -> connector 1: {amps(HARDWARE_A)}, the hardware limit")


async def sample_often(stage: Stage) -> None:
    """Have MeterValues sent each second, with power."""
    await stage.next_step()
    await checks.set_key(stage, steps.SAMPLED_DATA, steps.MEASURANDS)
    await checks.set_key(stage, steps.SAMPLE_INTERVAL, "1")
    stage.tell(f"{steps.SAMPLE_INTERVAL} = 1 s")


async def sample_rarely(stage: Stage) -> None:
    """Have MeterValues sent each minute again."""
    await stage.next_step()
    await checks.set_key(stage, steps.SAMPLE_INTERVAL, "60")
    stage.tell(f"{steps.SAMPLE_INTERVAL} = 60 s")


async def ask_for_the_composite_schedule(stage: Stage) -> None:
    """Ask for the composite schedule; its first limit is the one in force."""
    await stage.next_step()
    response = await stage.request(
        GetCompositeScheduleRequest(connector_id=1, duration=COMPOSITE_S)
    )
    assert isinstance(response, GetCompositeScheduleResponse)
    schedule = response.charging_schedule
    first = schedule.charging_schedule_period[0].limit if schedule else None
    lowered = amps(story_profiles.LOWERED_A)
    if first != story_profiles.LOWERED_A:
        begins = "holds nothing" if first is None else f"begins with {amps(first)}"
        raise StoryFailed(f"GetCompositeSchedule {begins}, and {lowered} was expected.")
    stage.tell(f"GetCompositeSchedule -> begins with {lowered}")


# --- remote stop ----------------------------------------------------------------------------------


async def stop_an_unknown_transaction(stage: Stage) -> None:
    """Ask to stop a transaction that does not run."""
    await stage.next_step()
    request = RemoteStopTransactionRequest(transaction_id=UNKNOWN_TRANSACTION)
    await stage.ask(request, "Rejected")
    stage.tell(f"RemoteStop of transaction {UNKNOWN_TRANSACTION} -> Rejected: there is none")


# --- offline --------------------------------------------------------------------------------------


async def allow_unknown_tags(stage: Stage) -> None:
    """Let tags that nobody knows charge while offline."""
    await stage.next_step()
    await checks.set_key(stage, OFFLINE_UNKNOWN, "true")
    stage.tell(f"{OFFLINE_UNKNOWN} = true")


async def forbid_unknown_tags(stage: Stage) -> None:
    """Take that back."""
    await stage.next_step()
    await checks.set_key(stage, OFFLINE_UNKNOWN, "false")
    stage.tell(f"{OFFLINE_UNKNOWN} = false")


async def pull_the_network(stage: Stage) -> None:
    """Pull the network cable."""
    await stage.next_step()
    await stage.act("set_network", up=False)

    def is_offline() -> bool | None:
        link = stage.view.link
        return True if link is not None and link.phase is not LinkPhase.OPEN else None

    await stage.see("it is offline", is_offline)
    stage.tell("The network cable is pulled: offline")


async def charge_offline(stage: Stage) -> None:
    """Start and end a transaction while offline."""
    await stage.next_step()
    await stage.act("plug_in", connector_id=1)
    await checks.see_status(stage, 1, ChargePointStatus.PREPARING)
    await stage.act("swipe", id_tag=steps.DRIVER, connector_id=1)
    await checks.see_status(stage, 1, ChargePointStatus.CHARGING)
    stage.tell(f"Connector 1: tag {steps.DRIVER} shown -> Charging, without the CSMS")
    await stage.act("swipe", id_tag=steps.DRIVER, connector_id=1)
    await checks.see_status(stage, 1, ChargePointStatus.FINISHING)
    await stage.act("plug_out", connector_id=1)
    await checks.see_status(stage, 1, ChargePointStatus.AVAILABLE)

    def waiting() -> int | None:
        outbox = stage.view.outbox
        return outbox.count if outbox is not None and outbox.count >= 2 else None

    count = await stage.see("at least two messages wait", waiting)
    stage.tell(f"Connector 1: charged and gone; {count} messages wait to be sent")


async def deliver_the_queue(stage: Stage) -> None:
    """Plug the network cable in; everything that waited arrives, with its own times."""
    await stage.next_step()
    online_at = stage.csms.now()
    await stage.act("set_network", up=True)
    start = await stage.hear(
        "StartTransaction of the time offline",
        StartTransactionRequest,
        lambda heard: heard.id_tag == steps.DRIVER and heard.timestamp < online_at,
    )
    stop = await stage.hear(
        "StopTransaction of the time offline",
        StopTransactionRequest,
        lambda heard: start.timestamp <= heard.timestamp < online_at,
    )

    def is_empty() -> bool | None:
        outbox = stage.view.outbox
        return True if outbox is not None and outbox.count == 0 else None

    await stage.see("nothing waits any more", is_empty)
    energy_wh = stop.meter_stop - start.meter_start
    stage.tell(f"Online again: the transaction of the time offline arrived, {energy(energy_wh)}")


# --- reset and firmware ---------------------------------------------------------------------------


async def reset_hard(stage: Stage) -> None:
    """Reset while charging; the transaction ends for this reason, and it boots."""
    await stage.next_step()
    transaction_id = stage.transactions[1]
    await stage.ask(ResetRequest(type=ResetType.HARD), "Accepted")
    await stage.hear("a BootNotification", BootNotificationRequest)
    await stage.hear(
        f"StopTransaction of transaction {transaction_id} for reason {StopReason.HARD_RESET}",
        StopTransactionRequest,
        lambda heard: (
            heard.transaction_id == transaction_id and heard.reason is StopReason.HARD_RESET
        ),
    )
    await see_registered(stage)
    stage.tell(f"Reset Hard -> transaction {transaction_id} stopped with HardReset, booted again")


async def unplug_after_the_reset(stage: Stage) -> None:
    """Pull the cable that is still in."""
    await stage.next_step()
    await stage.act("plug_out", connector_id=1)
    await checks.see_status(stage, 1, ChargePointStatus.AVAILABLE)
    stage.tell("Connector 1: cable unplugged -> Available")


async def update_firmware(stage: Stage) -> None:
    """Have firmware fetched from the CSMS, and follow it to its installation."""
    await stage.next_step()
    boot = stage.csms.boot_of(stage.charge_point_id)
    version = _next_version(boot.firmware_version if boot else None)
    url = stage.csms.firmware_url(version)
    request = UpdateFirmwareRequest(location=url, retrieve_date=stage.csms.now())
    await stage.request(request)
    stage.tell(f"UpdateFirmware -> {version}, from the CSMS itself")
    for status in (
        FirmwareStatus.DOWNLOADING,
        FirmwareStatus.DOWNLOADED,
        FirmwareStatus.INSTALLING,
    ):
        await _hear_firmware(stage, status)
    booted = await stage.hear(
        f"a BootNotification with firmware {version}",
        BootNotificationRequest,
        lambda heard: heard.firmware_version == version,
    )
    stage.tell(f"BootNotification with firmware {booted.firmware_version}")
    await _hear_firmware(stage, FirmwareStatus.INSTALLED)
    await see_registered(stage)


async def _hear_firmware(stage: Stage, status: FirmwareStatus) -> None:
    await stage.hear(
        f"FirmwareStatusNotification {status}",
        FirmwareStatusNotificationRequest,
        lambda heard: heard.status is status,
    )
    stage.tell(f"FirmwareStatusNotification {status}")


def _next_version(version: str | None) -> str:
    """Count the last number of a version up."""
    head, dot, last = (version or "").rpartition(".")
    return f"{head}.{int(last) + 1}" if dot and last.isdecimal() and len(last) < 9 else "2.0.1"


# --- reservation ----------------------------------------------------------------------------------


async def reserve(stage: Stage) -> None:
    """Reserve connector 1 for a tag."""
    await stage.next_step()
    await stage.ask(
        ReserveNowRequest(
            connector_id=1,
            expiry_date=stage.csms.now() + RESERVED_FOR,
            id_tag=steps.APP_USER,
            reservation_id=RESERVATION,
        ),
        "Accepted",
    )
    await stage.hear_status(1, ChargePointStatus.RESERVED)
    stage.tell(f"ReserveNow -> connector 1 Reserved for {steps.APP_USER}")


async def refuse_another_tag(stage: Stage) -> None:
    """Show another tag; the reservation stands."""
    await stage.next_step()
    before = stage.view.connector(1)
    seen = before.last_refusal if before else None
    await stage.act("swipe", id_tag=steps.DRIVER, connector_id=1)

    def refusal() -> str | None:
        connector = stage.view.connector(1)
        why = connector.last_refusal if connector else None
        return why.text if why is not None and why != seen else None

    why = await stage.see(f"why tag {steps.DRIVER} was refused", refusal)
    stage.tell(f"Connector 1: tag {steps.DRIVER} shown -> refused: {why}")


async def use_the_reservation(stage: Stage) -> None:
    """Come with the right tag; the transaction names the reservation."""
    await stage.next_step()
    await stage.act("plug_in", connector_id=1)
    await stage.act("swipe", id_tag=steps.APP_USER, connector_id=1)
    started = await stage.hear(
        "StartTransaction with the reservation",
        StartTransactionRequest,
        lambda heard: heard.reservation_id == RESERVATION,
    )
    stage.transactions[1] = await checks.see_start(stage, 1, started.id_tag)
    stage.tell(f"Connector 1: tag {started.id_tag} -> Charging, reservation {RESERVATION} is used")


async def stop_the_reserved(stage: Stage) -> None:
    """Stop that transaction remotely, and let the car go."""
    await stage.next_step()
    transaction_id = stage.transactions[1]
    await stage.ask(RemoteStopTransactionRequest(transaction_id=transaction_id), "Accepted")
    await checks.see_stop(stage, 1, transaction_id, StopReason.REMOTE)
    await steps.plug_out(stage, 1)


async def cancel_a_reservation(stage: Stage) -> None:
    """Reserve once more, and cancel it."""
    await reserve(stage)
    await stage.next_step()
    await stage.ask(CancelReservationRequest(reservation_id=RESERVATION), "Accepted")
    await stage.hear_status(1, ChargePointStatus.AVAILABLE)
    stage.tell(f"CancelReservation {RESERVATION} -> connector 1 Available")
