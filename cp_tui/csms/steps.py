"""The steps that the story of the demo and the scenarios are made of, every one with its checks.

Each acts at the engine or asks as the CSMS, and returns when both sides show what must follow.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from cp_tui.csms import story_checks as checks
from cp_tui.csms import story_profiles
from cp_tui.csms.behaviour import ECHO, VENDOR_ID
from cp_tui.csms.stage import Stage, StoryFailed
from cp_tui.ocpp.core import (
    AuthorizeRequest,
    DataTransferRequest,
    RemoteStartTransactionRequest,
    RemoteStopTransactionRequest,
)
from cp_tui.ocpp.datatypes import (
    ChargePointStatus,
    DataTransferStatus,
    StopReason,
)
from cp_tui.ocpp.units import amps, energy

SITE_NAME = "SiteName"
CUSTOM_KEYS: Mapping[str, str] = MappingProxyType({SITE_NAME: "Depot north"})
"""The custom keys that the charge point of the demo must have, with their first values."""

SAMPLE_INTERVAL = "MeterValueSampleInterval"
CONNECTION_TIME_OUT = "ConnectionTimeOut"
"""Changed where the key table shows it without scrolling, on the smallest screen too."""
SAMPLED_DATA = "MeterValuesSampledData"
MEASURANDS = "Energy.Active.Import.Register,Power.Active.Import,Current.Import"

DRIVER = "DRIVER-1"
APP_USER = "APP-USER-2"
BLOCKED = "BLOCKED"

LOWERED_S = 6
"""How long the TxProfile keeps the limit down at pace 1; a vehicle takes half of it to settle."""


# --- before the first car -------------------------------------------------------------------------


async def monitor_keys(stage: Stage) -> None:
    """Watch two keys."""
    await stage.next_step()
    await stage.act("monitor_configuration_keys", keys=[SAMPLE_INTERVAL, SITE_NAME])

    def are_monitored() -> bool | None:
        monitors = stage.view.monitors
        known = {monitor.key for monitor in monitors.keys if monitor.is_known} if monitors else {}
        return True if {SAMPLE_INTERVAL, SITE_NAME} <= set(known) else None

    await stage.see(f"{SAMPLE_INTERVAL} and {SITE_NAME} are monitored", are_monitored)
    stage.tell(f"Monitors: {SAMPLE_INTERVAL}, {SITE_NAME}")


async def set_station_profiles(stage: Stage) -> None:
    """Install the limits of the depot, and of every car."""
    now = stage.csms.now()
    for profile, connector_id, limit_a in (
        (story_profiles.charge_point_max_profile(now), 0, story_profiles.SUPPLY_A),
        (story_profiles.tx_default_profile(now), 1, story_profiles.DEFAULT_A),
    ):
        await stage.next_step()
        await checks.set_profile(stage, 0, profile)
        await checks.see_limit(stage, connector_id, limit_a)
        stage.tell(
            f"CSMS: {profile.charging_profile_purpose} #{profile.charging_profile_id} "
            f"-> connector {connector_id}: {amps(limit_a)}"
        )


# --- the first car --------------------------------------------------------------------------------


async def plug_in(stage: Stage, connector_id: int = 1) -> None:
    """Bring a car."""
    await stage.next_step()
    await stage.act("plug_in", connector_id=connector_id)
    await stage.hear_status(connector_id, ChargePointStatus.PREPARING)
    stage.tell(f"Connector {connector_id}: cable plugged in -> Preparing")


async def refuse_a_tag(stage: Stage) -> None:
    """Show a tag that the CSMS blocks."""
    await stage.next_step()
    await stage.act("swipe", id_tag=BLOCKED, connector_id=1)
    await stage.hear(
        f"Authorize of tag {BLOCKED}", AuthorizeRequest, lambda heard: heard.id_tag == BLOCKED
    )

    def refusal() -> str | None:
        connector = stage.view.connector(1)
        return connector.last_refusal.text if connector and connector.last_refusal else None

    why = await stage.see(f"why tag {BLOCKED} was refused", refusal)
    await checks.see_status(stage, 1, ChargePointStatus.PREPARING)
    stage.tell(f"Connector 1: tag {BLOCKED} shown -> refused: {why}")


async def start_with_a_tag(stage: Stage) -> None:
    """Start the first car with a tag."""
    await stage.next_step()
    await stage.act("swipe", id_tag=DRIVER, connector_id=1)
    stage.transactions[1] = await checks.see_start(stage, 1, DRIVER)
    stage.tell(f"Connector 1: tag {DRIVER} shown -> Charging, transaction {stage.transactions[1]}")


async def change_monitored_keys(stage: Stage) -> None:
    """Change keys, and see the change published and obeyed."""
    await stage.next_step()
    await checks.set_key(stage, SAMPLED_DATA, MEASURANDS)
    await checks.set_key(stage, CONNECTION_TIME_OUT, "90")
    await checks.change_monitored_key(stage, SAMPLE_INTERVAL, "1")
    await stage.next_step()
    await checks.change_monitored_key(stage, SITE_NAME, "Depot north, bay 1")
    await checks.see_power_follow(stage, 1, story_profiles.DEFAULT_A)


async def lower_the_limit(stage: Stage) -> None:
    """Lower the limit of the first car for a time."""
    await stage.next_step()
    lowered_s = round(LOWERED_S * max(1.0, stage.pace))
    profile = story_profiles.tx_profile(stage.transactions[1], stage.csms.now(), lowered_s)
    await checks.set_profile(stage, 1, profile)
    await checks.see_limit(stage, 1, story_profiles.LOWERED_A)
    stage.tell(
        f"CSMS: TxProfile #3 -> connector 1: {amps(story_profiles.LOWERED_A)} for {lowered_s} s"
    )
    await checks.see_power_follow(stage, 1, story_profiles.LOWERED_A)


async def transfer_data(stage: Stage) -> None:
    """Exchange DataTransfers, both ways."""
    await stage.next_step()
    result = await stage.act(
        "data_transfer", vendor_id=VENDOR_ID, message_id=ECHO, data="hello from the bay"
    )
    if result != {"status": DataTransferStatus.ACCEPTED, "data": "hello from the bay"}:
        raise StoryFailed(f"DataTransfer to the CSMS gave {result}, not what the CSMS sends back.")
    stage.tell("DataTransfer to the CSMS -> Accepted, the text came back")
    status = await stage.ask(
        DataTransferRequest(vendor_id="com.example", message_id="hello"),
        DataTransferStatus.UNKNOWN_VENDOR_ID,
    )
    stage.tell(f"DataTransfer from the CSMS -> {status}: no such extension here")


async def see_the_limit_rise(stage: Stage) -> None:
    """See the next period of the profile come."""
    await stage.next_step()
    await checks.see_limit(stage, 1, story_profiles.RAISED_A)
    stage.tell(f"Connector 1: the schedule moves on -> {amps(story_profiles.RAISED_A)}")
    await checks.see_power_follow(stage, 1, story_profiles.RAISED_A)


# --- the second car -------------------------------------------------------------------------------


async def start_remotely(stage: Stage) -> None:
    """Start the second car by RemoteStartTransaction."""
    await stage.next_step()
    await stage.ask(RemoteStartTransactionRequest(connector_id=2, id_tag=APP_USER), "Accepted")
    transaction_id = stage.transactions[2] = await checks.see_start(stage, 2, APP_USER)
    stage.tell(f"Connector 2: RemoteStart {APP_USER} -> Charging, transaction {transaction_id}")


async def share_the_supply(stage: Stage) -> None:
    """See two cars share what the depot has."""
    await stage.next_step()

    def shares_a() -> tuple[float, float] | None:
        first, second = checks.current_a(stage, 1), checks.current_a(stage, 2)
        if first is None or second is None:
            return None
        uses_supply = 0.97 <= (first + second) / float(story_profiles.SUPPLY_A) <= 1
        return (first, second) if uses_supply and second > 0 else None

    first_a, second_a = await stage.see("two cars that share the supply", shares_a)
    stage.tell(
        f"Two cars share {amps(story_profiles.SUPPLY_A)}: {amps(first_a)} and {amps(second_a)}"
    )


async def stop_with_the_tag(stage: Stage) -> None:
    """Stop the first car with its tag, and let it go."""
    await stage.next_step()
    await stage.act("swipe", id_tag=DRIVER, connector_id=1)
    energy_wh = await checks.see_stop(stage, 1, stage.transactions[1], StopReason.LOCAL)
    stage.tell(f"Connector 1: tag {DRIVER} shown again -> Finishing, {energy(energy_wh)}")
    await plug_out(stage, 1)


async def stop_remotely(stage: Stage) -> None:
    """Stop the second car by RemoteStopTransaction, and let it go."""
    await stage.next_step()
    transaction_id = stage.transactions[2]
    await stage.ask(RemoteStopTransactionRequest(transaction_id=transaction_id), "Accepted")
    energy_wh = await checks.see_stop(stage, 2, transaction_id, StopReason.REMOTE)
    stage.tell(f"Connector 2: RemoteStop -> Finishing, {energy(energy_wh)}")
    await plug_out(stage, 2)


async def plug_out(stage: Stage, connector_id: int = 1) -> None:
    """Drive a car away."""
    await stage.next_step()
    await stage.act("plug_out", connector_id=connector_id)
    await stage.hear_status(connector_id, ChargePointStatus.AVAILABLE)
    stage.tell(f"Connector {connector_id}: cable unplugged -> Available")


async def restore_keys(stage: Stage) -> None:
    """Give the keys their first values."""
    await stage.next_step()
    await checks.set_key(stage, CONNECTION_TIME_OUT, "60")
    await checks.change_monitored_key(stage, SAMPLE_INTERVAL, "60")
    await checks.change_monitored_key(stage, SITE_NAME, CUSTOM_KEYS[SITE_NAME])
